from web.cli import main

# Web processes are spawned, and a spawned process imports this module again.
if __name__ == "__main__":
    main()
