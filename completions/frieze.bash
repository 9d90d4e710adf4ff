# Completion of frieze for bash. Made by "make docs" from tools/pages and the tables in src/ctl.

_frieze_options='--slideshow --delay --tile --layout --fit --names --text-scale --background --motion --hidden --sort --reverse --no-siblings --no-stack --null --resume --watch --no-watch --wait --size --headless --memory --history --cache-size --jobs --run-timeout --limit-pixels --limit-bytes --limit-frames --limit-nesting --limit-seconds --isolation --sandbox --keys --print-marks --marks --pick --name --screenshot --quit-when --stats --shown --config --no-config --help --version'
_frieze_commands='quit back open close next previous left right up down page_down page_up half_down half_up forward backward folder_next folder_previous first last zoom_in zoom_out zoom_original zoom_fit zoom_fill zoom_reset zoom_keep rotate_right rotate_left flip_h flip_v slideshow pause_show slower faster animation frame_next frame_previous hints layout names info performance search random_picture shuffle sort_name sort_date sort_modified sort_size sort_rating sort_random drop undrop mark mark_range mark_all mark_none mark_invert mark_next mark_previous marks scale rate show_rated help menu command_line loading reload fullscreen copy_path run key jobs status stats wait screenshot get set reset'

_frieze_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_frieze_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

# The values of option $1; fails where it takes none.
_frieze_value() {
    case $1 in
    --delay|-d) ;;
    --tile|-t) ;;
    --layout) _frieze_words 'grid justified masonry strip' ;;
    --fit) _frieze_words 'contain cover' ;;
    --text-scale) ;;
    --background|-b) ;;
    --motion) _frieze_words 'full reduced off' ;;
    --sort) _frieze_words 'name date modified size rating random' ;;
    --size) ;;
    --memory|-m) ;;
    --history) ;;
    --cache-size) ;;
    --jobs|-j) ;;
    --run-timeout) ;;
    --limit-pixels) ;;
    --limit-bytes) ;;
    --limit-frames) ;;
    --limit-nesting) ;;
    --limit-seconds) ;;
    --isolation) _frieze_words 'process thread' ;;
    --sandbox) _frieze_words 'require auto off' ;;
    --keys) _frieze_words 'feh nsxiv imv swayimg cull' ;;
    --marks) _frieze_files ;;
    --name) ;;
    --screenshot) _frieze_files ;;
    --quit-when) _frieze_words 'screenful loaded' ;;
    --stats) _frieze_files ;;
    --shown) _frieze_files ;;
    --config) _frieze_files ;;
    *) return 1 ;;
    esac
}

# The arguments of command $1.
_frieze_argument() {
    case $1 in
    loading) _frieze_words 'pause resume' ;;
    jobs) _frieze_words 'suspend resume cancel wait' ;;
    wait) _frieze_words 'idle screenful loaded' ;;
    screenshot) _frieze_files ;;
    get) _frieze_words 'slideshow delay tile layout fit names text-scale background motion hidden sort reverse no-siblings no-stack null resume watch no-watch wait size headless memory history cache-size jobs run-timeout limit-pixels limit-bytes limit-frames limit-nesting limit-seconds isolation sandbox keys print-marks marks pick name screenshot quit-when stats shown config no-config help version' ;;
    set) _frieze_words 'delay tile layout fit names text-scale background motion sort reverse history run-timeout' ;;
    reset) _frieze_words 'delay tile layout fit names text-scale background motion sort reverse history run-timeout' ;;
    esac
}

# frieze ctl [--name NAME] COMMAND [ARGUMENT]...
_frieze_ctl() {
    local at=2
    if [[ ${COMP_WORDS[2]} == --name ]]; then
        at=4
        [[ ${COMP_WORDS[3]} == = ]] && at=5
    fi
    if ((COMP_CWORD < at)) && ((COMP_CWORD > 2)); then
        local folder=/tmp/frieze-$UID
        [[ -n $XDG_RUNTIME_DIR ]] && folder=$XDG_RUNTIME_DIR/frieze
        local sockets=("$folder"/*.sock)
        sockets=("${sockets[@]##*/}")
        _frieze_words "${sockets[*]%.sock}"
    elif ((COMP_CWORD <= at)); then
        _frieze_words "$_frieze_commands --name"
    elif ((COMP_CWORD == at + 1)); then
        _frieze_argument "${COMP_WORDS[at]}"
    elif ((COMP_CWORD == at + 2)) && [[ ${COMP_WORDS[at]} == set ]]; then
        _frieze_value "--${COMP_WORDS[at + 1]}" || _frieze_words 'yes no'
    fi
}

_frieze() {
    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} attached= word
    COMPREPLY=()
    # readline takes --option=value apart into three words.
    if [[ $cur == = ]]; then
        cur= attached=yes
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]} attached=yes
    fi
    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == ctl ]]; then
        _frieze_ctl
        return
    fi
    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == prime && $cur == -* ]]; then
        _frieze_words '--help --tile --background --hidden --null --cache-size --memory --jobs --limit-pixels
            --limit-bytes --limit-frames --limit-nesting --limit-seconds --config --no-config --no-stack'
        return
    fi
    if ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} == @(probe|scale) && $cur == -* ]]; then
        local own=--help
        [[ ${COMP_WORDS[1]} == scale ]] && own+=' --size --smooth --strip --quality --background'
        _frieze_words "$own --limit-pixels --limit-bytes --limit-frames --limit-nesting --limit-seconds"
        return
    fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ $word == -- ]]; then
            _frieze_files
            return
        fi
    done
    _frieze_value "$option" && return
    if [[ -n $attached ]]; then
        _frieze_words 'yes no'
    elif [[ $cur == -* ]]; then
        _frieze_words "$_frieze_options"
    else
        _frieze_files
        ((COMP_CWORD == 1)) && [[ -n $cur ]] && for word in ctl probe scale prime; do
            [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
        done
    fi
    return 0
}

complete -F _frieze frieze
