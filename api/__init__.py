"""The application: settings, command line, HTTP and the composition root over the other three packages."""
