"""Where the bytes are: import, catalogue, versions, licences, the sample city. Knows no HTTP."""
