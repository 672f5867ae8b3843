"""`make demo`: three agents follow one repository, and every claim is checked on the engine itself."""
