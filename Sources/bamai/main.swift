print("bamai")
