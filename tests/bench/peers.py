"""The programs that frieze is measured against: one row each.

Every peer starts in an empty home with the command that brings it to its wall of pictures at 1920x1080. qimgv
and geeqie have no option for that and get a configuration file with the window's size, the wall as their
first view and the size of the tiles; everything else in it is what they write themselves. No peer finds a
thumbnail cache, but where a wall is looked at once more: then each finds the one that it made, and feh is told
to make one.
"""

import dataclasses
import shutil
import subprocess

QIMGV_SETTINGS = """[General]
firstRun=false
folderViewIconSize=256
lastVerMajor=1
lastVerMicro=2
lastVerMinor=0
"""

QIMGV_STATE = """[General]
maximizedWindow=false
placesPanel=false
windowGeometry=@Rect(0 0 1920 1080)
"""

GEEQIE_SETTINGS = """<gq>
<global thumbnails.max_width="256" thumbnails.max_height="192" thumbnails.enable_caching="true">
<filter><file_type key="jpeg" enabled="true" extensions=".jpeg;.jpe;.jpg" description="JPEG" file_class="1"
 writable="true" allow_sidecar="false" /></filter>
<class_filter><filter_type filter="Image" enabled="true" /></class_filter>
</global>
<layout id="lw1" style="0" order="123" dir_view_type="0" file_view_type="1" show_thumbnails="true"
 startup_path="0"
 main_window.x="0" main_window.y="0" main_window.w="1920" main_window.h="1080" main_window.maximized="false"
 main_window.hdivider_pos="1900" main_window.vdivider_pos="40" folder_window.vdivider_pos="40"
 toolbar_hidden="true" tools_float="false" tools_hidden="false">
</layout>
</gq>
"""


@dataclasses.dataclass(frozen=True)
class Peer:
    """One program. {dir} and {home} in its arguments stand for the folder shown and the fresh home."""
    name: str
    arguments: tuple
    tile: tuple = (256, 192)  # the largest picture on its wall, for finding the tiles in the frame
    files: tuple = ()  # (path below the home, text): configuration written before the start
    note: str = ""
    keep: tuple = ()  # options that have it keep thumbnails, where it does not of itself

    def is_installed(self):
        return shutil.which(self.arguments[0]) is not None

    def version(self):
        """As the package manager knows it, else "?"."""
        if shutil.which("dpkg-query") is None:
            return "?"
        answer = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", self.name], capture_output=True,
                                text=True, check=False)
        return answer.stdout.strip() if answer.returncode == 0 else "?"

    def command(self, folder, home, keeps):
        program, *arguments = self.arguments
        return [part.format(dir=folder, home=home.root) for part in (program, *(self.keep if keeps else ()), *arguments)]

    def prepare(self, home):
        for place, text in self.files:
            path = home.path("home", place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


PEERS = (
    Peer("qimgv", ("qimgv", "{dir}"),
         files=((".config/qimgv/qimgv.conf", QIMGV_SETTINGS), (".config/qimgv/savedState.conf", QIMGV_STATE)),
         note="256-px icons, side panel closed; loads only some pages ahead"),
    Peer("nsxiv", ("nsxiv", "-t", "-b", "-g", "1920x1080+0+0", "{dir}"), tile=(128, 96),
         note="128-px tiles, its largest; uses embedded thumbnails where there are any"),
    Peer("feh", ("feh", "-t", "-g", "1920x1080", "-W", "1920", "--thumb-width", "256",
                 "--thumb-height", "192", "{dir}"), keep=("--cache-thumbnails",)),
    Peer("pqiv", ("pqiv", "-f", "--auto-montage-mode", "--thumbnail-size=256x192",
                  "--thumbnail-persistence={home}/thumbnails", "--thumbnail-preload=200", "{dir}")),
    Peer("geeqie", ("geeqie", "{dir}"), files=((".config/geeqie/geeqierc.xml", GEEQIE_SETTINGS),),
         note="icon view"),
)
