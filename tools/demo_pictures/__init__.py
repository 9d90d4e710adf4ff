"""The demo pictures of frieze: painted by arithmetic, so that they need no photographer and no licence.

`catalogue` lists them, `writing` turns a painted array into a file, and the other modules paint, one
family of pictures each. All of them stand on `colour`, `raster`, `noise` and `vector`.
"""
