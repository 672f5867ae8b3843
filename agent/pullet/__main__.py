from pullet.cli import main

main()
