from sam2_studio.api import ClipInfo as ClipInfo
from sam2_studio.api import ExportProgress as ExportProgress
from sam2_studio.api import ExportReport as ExportReport
from sam2_studio.api import Frame as Frame
from sam2_studio.api import Project as Project
from sam2_studio.api import ProjectObject as ProjectObject
from sam2_studio.api import StudioError as StudioError
from sam2_studio.api import create_project as create_project
from sam2_studio.api import load_model as load_model
from sam2_studio.api import open_media as open_media
from sam2_studio.api import open_project as open_project

__version__: str
