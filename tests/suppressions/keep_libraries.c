/* Linked into programs that AddressSanitizer watches: libraries stay loaded to the end, so that a leak
 * inside a display driver still has a name when leaks are listed, and lsan.txt can tell it from ours. */
int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
