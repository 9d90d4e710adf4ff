# Completion of frieze for fish. Made by "make docs" from tools/pages and the tables in src/ctl.

function __frieze_is_ctl
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = ctl
end

# The words after "frieze ctl [--name NAME]", up to the one that is being written.
function __frieze_ctl_words
    set -l words (commandline -opc)
    set -e words[1..2]
    if test "$words[1]" = --name
        set -e words[1]
        set -e words[1]
    else if string match -q -- '--name=*' "$words[1]"
        set -e words[1]
    end
    test (count $words) -gt 0; and printf '%s\n' $words
end

function __frieze_wants_command
    __frieze_is_ctl; and test (count (__frieze_ctl_words)) -eq 0
end

function __frieze_wants_argument
    __frieze_is_ctl; or return 1
    set -l words (__frieze_ctl_words)
    test (count $words) -eq 1; and test "$words[1]" = $argv[1]
end

complete -c frieze -n __fish_is_first_arg -a ctl -d 'tell a running frieze what to do, or ask it'
complete -c frieze -n __fish_is_first_arg -a probe -d 'say what pictures are, as JSON'
complete -c frieze -n __fish_is_first_arg -a scale -d 'write a picture, scaled'
complete -c frieze -n __fish_is_first_arg -a prime -d 'fill the tile cache ahead'
complete -c frieze -n 'not __frieze_is_ctl' -l slideshow -s s -d 'start as a slideshow'
complete -c frieze -n 'not __frieze_is_ctl' -l delay -s d -x -d 'how long the slideshow shows a picture (0.34 at least: nothing flashes)'
complete -c frieze -n 'not __frieze_is_ctl' -l tile -s t -x -d 'size of the box of a picture on the wall'
complete -c frieze -n 'not __frieze_is_ctl' -l layout -x -a 'grid justified masonry strip' -d 'how pictures hang: in boxes, or whole in rows, in columns; in one row'
complete -c frieze -n 'not __frieze_is_ctl' -l fit -x -a 'contain cover' -d 'in a grid or strip: all of a picture in its box, or the box filled'
complete -c frieze -n 'not __frieze_is_ctl' -l names -s n -d 'show file names under the tiles'
complete -c frieze -n 'not __frieze_is_ctl' -l text-scale -x -d 'enlarge texts'
complete -c frieze -n 'not __frieze_is_ctl' -l background -s b -x -d 'colour behind the pictures'
complete -c frieze -n 'not __frieze_is_ctl' -l motion -x -a 'full reduced off' -d 'what may move: reduced only fades, and plays on request; off does neither'
complete -c frieze -n 'not __frieze_is_ctl' -l hidden -d 'hidden files and folders too'
complete -c frieze -n 'not __frieze_is_ctl' -l sort -x -a 'name date modified size rating random' -d 'order of the pictures (default: by name, lists as they are)'
complete -c frieze -n 'not __frieze_is_ctl' -l reverse -d 'the other way round'
complete -c frieze -n 'not __frieze_is_ctl' -l no-siblings -d 'a single file is shown alone, without its folder'
complete -c frieze -n 'not __frieze_is_ctl' -l no-stack -d 'RAW files have tiles of their own beside their JPEG or HEIC'
complete -c frieze -n 'not __frieze_is_ctl' -l null -s 0 -d 'paths that are read or printed end with NUL'
complete -c frieze -n 'not __frieze_is_ctl' -l resume -d 'open where it was closed with these sources'
complete -c frieze -n 'not __frieze_is_ctl' -l watch -d 'keep running although nothing is there yet'
complete -c frieze -n 'not __frieze_is_ctl' -l no-watch -d 'do not follow changes of the folders'
complete -c frieze -n 'not __frieze_is_ctl' -l wait -d 'wait for paths that do not exist yet'
complete -c frieze -n 'not __frieze_is_ctl' -l size -x -d 'open a window of this size instead of fullscreen (headless: 1920x1080)'
complete -c frieze -n 'not __frieze_is_ctl' -l headless -d 'no display is needed'
complete -c frieze -n 'not __frieze_is_ctl' -l memory -s m -x -d 'bound on pictures in memory (32M or more; default a quarter, 64M to 1G)'
complete -c frieze -n 'not __frieze_is_ctl' -l history -x -d 'pictures shown last that --memory keeps: going back opens no file'
complete -c frieze -n 'not __frieze_is_ctl' -l cache-size -x -d 'bound on tiles kept on disk (0: none are kept)'
complete -c frieze -n 'not __frieze_is_ctl' -l jobs -s j -x -d 'decoding workers (default: the processor\'s cores)'
complete -c frieze -n 'not __frieze_is_ctl' -l run-timeout -x -d 'how long a program of [run] may take'
complete -c frieze -n 'not __frieze_is_ctl' -l limit-pixels -x -d 'largest picture; a tenth of it for one that has to be decoded as a whole'
complete -c frieze -n 'not __frieze_is_ctl' -l limit-bytes -x -d 'largest file of a picture'
complete -c frieze -n 'not __frieze_is_ctl' -l limit-frames -x -d 'frames of an animation, or pages: more are left out'
complete -c frieze -n 'not __frieze_is_ctl' -l limit-nesting -x -d 'elements inside elements of an SVG'
complete -c frieze -n 'not __frieze_is_ctl' -l limit-seconds -x -d 'computing time that decoding a picture may take'
complete -c frieze -n 'not __frieze_is_ctl' -l isolation -x -a 'process thread' -d 'where pictures are decoded: in processes of their own, or on threads'
complete -c frieze -n 'not __frieze_is_ctl' -l sandbox -x -a 'require auto off' -d 'around these processes: all layers or no start, what the system permits, none'
complete -c frieze -n 'not __frieze_is_ctl' -l keys -x -a 'feh nsxiv imv swayimg cull' -d 'keys like those of another viewer; cull: digits rate, x rejects'
complete -c frieze -n 'not __frieze_is_ctl' -l print-marks -d 'print the marked paths at the end'
complete -c frieze -n 'not __frieze_is_ctl' -l marks -r -F -d 'keep the marks in this file'
complete -c frieze -n 'not __frieze_is_ctl' -l pick -d 'print the picture that is opened, and end'
complete -c frieze -n 'not __frieze_is_ctl' -l name -x -d 'name of this instance for frieze ctl'
complete -c frieze -n 'not __frieze_is_ctl' -l screenshot -r -F -d 'write the last frame at the end'
complete -c frieze -n 'not __frieze_is_ctl' -l quit-when -x -a 'screenful loaded' -d 'end when what is in view, or all of it, is there'
complete -c frieze -n 'not __frieze_is_ctl' -l stats -r -F -d 'write statistics as JSON at the end'
complete -c frieze -n 'not __frieze_is_ctl' -l shown -r -F -d 'append a JSON line for each picture shown'
complete -c frieze -n 'not __frieze_is_ctl' -l config -r -F -d 'read this config file, and not those of the system and the user'
complete -c frieze -n 'not __frieze_is_ctl' -l no-config -d 'read no config file but that of --config'
complete -c frieze -n 'not __frieze_is_ctl' -l help -s h -d 'print this and end'
complete -c frieze -n 'not __frieze_is_ctl' -l version -s V -d 'print version and features and end'

complete -c frieze -n __frieze_is_ctl -f
complete -c frieze -n __frieze_wants_command -l name -x -d 'the instance that is meant'
complete -c frieze -n __frieze_wants_command -a quit -d 'end the program'
complete -c frieze -n __frieze_wants_command -a back -d 'one level up: search, zoom, picture, wall, end'
complete -c frieze -n __frieze_wants_command -a open -d 'open the selected picture'
complete -c frieze -n __frieze_wants_command -a close -d 'back to the wall'
complete -c frieze -n __frieze_wants_command -a next -d 'next picture; next match of a search'
complete -c frieze -n __frieze_wants_command -a previous -d 'previous picture; previous match of a search'
complete -c frieze -n __frieze_wants_command -a left -d 'to the left; previous picture where all of it is in view'
complete -c frieze -n __frieze_wants_command -a right -d 'to the right; next picture where all of it is in view'
complete -c frieze -n __frieze_wants_command -a up -d 'upwards; previous picture where all of it is in view'
complete -c frieze -n __frieze_wants_command -a down -d 'downwards; next picture where all of it is in view'
complete -c frieze -n __frieze_wants_command -a page_down -d 'one window down'
complete -c frieze -n __frieze_wants_command -a page_up -d 'one window up'
complete -c frieze -n __frieze_wants_command -a half_down -d 'half a window down'
complete -c frieze -n __frieze_wants_command -a half_up -d 'half a window up'
complete -c frieze -n __frieze_wants_command -a forward -d 'ten pictures on'
complete -c frieze -n __frieze_wants_command -a backward -d 'ten pictures back'
complete -c frieze -n __frieze_wants_command -a folder_next -d 'first picture of the next folder'
complete -c frieze -n __frieze_wants_command -a folder_previous -d 'first picture of this folder; of the one before'
complete -c frieze -n __frieze_wants_command -a first -d 'first picture; the nth after a number'
complete -c frieze -n __frieze_wants_command -a last -d 'last picture; the nth after a number'
complete -c frieze -n __frieze_wants_command -a zoom_in -d 'larger tiles; closer'
complete -c frieze -n __frieze_wants_command -a zoom_out -d 'smaller tiles; further away'
complete -c frieze -n __frieze_wants_command -a zoom_original -d '100 %'
complete -c frieze -n __frieze_wants_command -a zoom_fit -d 'all of the picture'
complete -c frieze -n __frieze_wants_command -a zoom_fill -d 'fill the window'
complete -c frieze -n __frieze_wants_command -a zoom_reset -d 'the zoom of the start'
complete -c frieze -n __frieze_wants_command -a zoom_keep -d 'keep zoom and place from picture to picture'
complete -c frieze -n __frieze_wants_command -a rotate_right -d 'turn clockwise'
complete -c frieze -n __frieze_wants_command -a rotate_left -d 'turn counter-clockwise'
complete -c frieze -n __frieze_wants_command -a flip_h -d 'mirror left and right'
complete -c frieze -n __frieze_wants_command -a flip_v -d 'mirror top and bottom'
complete -c frieze -n __frieze_wants_command -a slideshow -d 'start or end the slideshow; after a number with that many seconds'
complete -c frieze -n __frieze_wants_command -a pause_show -d 'pause or resume the slideshow'
complete -c frieze -n __frieze_wants_command -a slower -d 'slower slideshow'
complete -c frieze -n __frieze_wants_command -a faster -d 'faster slideshow'
complete -c frieze -n __frieze_wants_command -a animation -d 'stop or play an animation'
complete -c frieze -n __frieze_wants_command -a frame_next -d 'stop it, and go to its next frame'
complete -c frieze -n __frieze_wants_command -a frame_previous -d 'its previous frame'
complete -c frieze -n __frieze_wants_command -a hints -d 'letters on the tiles: type them to select one'
complete -c frieze -n __frieze_wants_command -a layout -d 'the next layout: grid, rows, columns, strip'
complete -c frieze -n __frieze_wants_command -a names -d 'file names under the tiles'
complete -c frieze -n __frieze_wants_command -a info -d 'name and position; all details; off'
complete -c frieze -n __frieze_wants_command -a performance -d 'frame times and what the pipeline does'
complete -c frieze -n __frieze_wants_command -a search -d 'show only names that contain a text'
complete -c frieze -n __frieze_wants_command -a random_picture -d 'a picture at random'
complete -c frieze -n __frieze_wants_command -a shuffle -d 'random order, and back'
complete -c frieze -n __frieze_wants_command -a sort_name -d 'order by name; once more, backwards'
complete -c frieze -n __frieze_wants_command -a sort_date -d 'order by date taken, or else of the file'
complete -c frieze -n __frieze_wants_command -a sort_modified -d 'order by when the file changed'
complete -c frieze -n __frieze_wants_command -a sort_size -d 'order by size of the file'
complete -c frieze -n __frieze_wants_command -a sort_rating -d 'order by rating, best first'
complete -c frieze -n __frieze_wants_command -a sort_random -d 'random order, a new one each time'
complete -c frieze -n __frieze_wants_command -a drop -d 'drop from the list; the file stays'
complete -c frieze -n __frieze_wants_command -a undrop -d 'bring back what was dropped last'
complete -c frieze -n __frieze_wants_command -a mark -d 'mark, or take the mark away'
complete -c frieze -n __frieze_wants_command -a mark_range -d 'the same from the last mark to here'
complete -c frieze -n __frieze_wants_command -a mark_all -d 'mark all that is shown'
complete -c frieze -n __frieze_wants_command -a mark_none -d 'take all marks away'
complete -c frieze -n __frieze_wants_command -a mark_invert -d 'mark what is not marked, and only that'
complete -c frieze -n __frieze_wants_command -a mark_next -d 'next mark'
complete -c frieze -n __frieze_wants_command -a mark_previous -d 'previous mark'
complete -c frieze -n __frieze_wants_command -a marks -d 'the marked paths'
complete -c frieze -n __frieze_wants_command -a rate -d 'rate 0 to 5, or -1 to reject, in an XMP file beside it'
complete -c frieze -n __frieze_wants_command -a show_rated -d 'show only what is rated N or more; -1: what is rejected; else all'
complete -c frieze -n __frieze_wants_command -a help -d 'the keys'
complete -c frieze -n __frieze_wants_command -a menu -d 'what can be done here, to choose from'
complete -c frieze -n __frieze_wants_command -a command_line -d 'type a command'
complete -c frieze -n __frieze_wants_command -a loading -d 'pause or resume loading'
complete -c frieze -n __frieze_wants_command -a reload -d 'read the selected picture again'
complete -c frieze -n __frieze_wants_command -a fullscreen -d 'fullscreen or window'
complete -c frieze -n __frieze_wants_command -a copy_path -d 'copy the picture\'s path'
complete -c frieze -n __frieze_wants_command -a run -d 'run a program of yours, from [run] of frieze.conf'
complete -c frieze -n __frieze_wants_command -a key -d 'press keys'
complete -c frieze -n __frieze_wants_command -a status -d 'what is shown'
complete -c frieze -n __frieze_wants_command -a stats -d 'the statistics so far'
complete -c frieze -n __frieze_wants_command -a wait -d 'wait for a state'
complete -c frieze -n __frieze_wants_command -a screenshot -d 'write the frame as PNG'
complete -c frieze -n __frieze_wants_command -a get -d 'an option\'s value and who set it, or those of all'
complete -c frieze -n __frieze_wants_command -a set -d 'set an option for this run'
complete -c frieze -n __frieze_wants_command -a reset -d 'undo set: what files and command line say'
complete -c frieze -n '__frieze_wants_argument loading' -a 'pause resume'
complete -c frieze -n '__frieze_wants_argument wait' -a 'idle screenful loaded'
complete -c frieze -n '__frieze_wants_argument screenshot' -F
complete -c frieze -n '__frieze_wants_argument get' -a 'slideshow delay tile layout fit names text-scale background motion hidden sort reverse no-siblings no-stack null resume watch no-watch wait size headless memory history cache-size jobs run-timeout limit-pixels limit-bytes limit-frames limit-nesting limit-seconds isolation sandbox keys print-marks marks pick name screenshot quit-when stats shown config no-config help version'
complete -c frieze -n '__frieze_wants_argument set' -a 'delay tile layout fit names text-scale background motion sort reverse history run-timeout'
complete -c frieze -n '__frieze_wants_argument reset' -a 'delay tile layout fit names text-scale background motion sort reverse history run-timeout'
