from kam.notebook import Notebook as Notebook
from kam.notebook import NotebookError as NotebookError
from kam.notebook import open_folder as open

__all__ = ["Notebook", "NotebookError", "open"]
__version__: str
