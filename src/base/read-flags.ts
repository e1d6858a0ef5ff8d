import { constants } from 'node:fs';

/**
 * How a file is opened for reading whose place others may have filled with something else. That is neither followed nor
 * waited for: a symbolic link fails with ELOOP, a directory with EISDIR, and a FIFO, whose open would wait for a writer, reads
 * as empty.
 */
export const READ_ENTRY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
