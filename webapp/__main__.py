"""`python -m webapp`: what `./run flask` runs."""

from webapp.cli import main

main()
