print("bamaid")
