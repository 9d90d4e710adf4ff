#!/bin/sh
# Whatever waits or times out goes by the monotonic clock: the wall clock may jump by a year. Usage: clocks.sh SRC
set -eu
cd "$1"

# The time of day is for what outlives the process: when a tile of the cache was used, when a file was changed last.
found=$(grep -rnE 'CLOCK_REALTIME|fz_date_ms\(|gettimeofday\(|\btime\((NULL|&)' --include='*.[ch]' . |
    grep -vE '^\./(base/clock|decode/cache(d|_writer)?|source/(tree|writer|reader_front))\.[ch]:' || true)
# SDL's time-outs are those of the wall clock, but for its event wait (SDL 2.26, src/thread/pthread); so are these.
found="$found$(grep -rnE 'SDL_(Cond|Sem)WaitTimeout|(sem|mutex)_timed(wait|lock)|alarm\(|setitimer' --include='*.[ch]' . || true)"
found="$found$(grep -rln 'pthread_cond_timedwait' --include='*.c' . | grep -v '^\./sync/monitor\.c$' || true)"

if [ -n "$found" ]; then
    printf 'timers go by the monotonic clock (base/clock.h, sync/monitor.h):\n%s\n' "$found"
    exit 1
fi
