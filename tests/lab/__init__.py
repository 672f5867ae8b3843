"""What tests need of the outside world, made for them and taken away again: engines, images, waiting."""
