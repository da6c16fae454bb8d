/* The one table of errno values: src/outcome describes them, src/policy checks
 * the names that matchers have. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_ERRNO_ROWS_H
#define BO_ERRNO_ROWS_H

#include <errno.h>

/*
 * ROW(name, class, type, text): the class of a failure as in enum
 * backoff_class, one of the error types of src/outcome, and a text for humans.
 * The frequent ones come first. Nothing is known of a class for the rest, so
 * their code is what a policy can match.
 */
/* clang-format off */
#define BO_ERRNO_ROWS(ROW)                                                    \
	ROW(ECONNREFUSED, TRANSIENT, CONNECTION, "connection refused")        \
	ROW(ECONNRESET, TRANSIENT, CONNECTION, "connection reset by peer")    \
	ROW(ECONNABORTED, TRANSIENT, CONNECTION, "connection aborted")        \
	ROW(EPIPE, TRANSIENT, CONNECTION, "broken pipe")                      \
	ROW(ESHUTDOWN, TRANSIENT, CONNECTION, "peer shut down")               \
	ROW(ETIMEDOUT, TIMEOUT, TIME_OUT, "timed out")                        \
	ROW(EHOSTUNREACH, TRANSIENT, OS, "no route to host")                  \
	ROW(EHOSTDOWN, TRANSIENT, OS, "host is down")                         \
	ROW(ENETUNREACH, TRANSIENT, OS, "network is unreachable")             \
	ROW(ENETDOWN, TRANSIENT, OS, "network is down")                       \
	ROW(ENETRESET, TRANSIENT, OS, "network dropped connection")           \
	ROW(EAGAIN, TRANSIENT, OS, "resource temporarily unavailable")        \
	ROW(EINTR, TRANSIENT, OS, "interrupted")                              \
	ROW(EBUSY, CONFLICT, OS, "resource busy")                             \
	ROW(EDEADLK, CONFLICT, OS, "deadlock avoided")                        \
	ROW(EMFILE, THROTTLE, OS, "too many open files")                      \
	ROW(ENFILE, THROTTLE, OS, "too many open files in the system")        \
	ROW(ENOBUFS, THROTTLE, OS, "no buffer space")                         \
	ROW(ENOMEM, THROTTLE, OS, "out of memory")                            \
	ROW(EIO, SERVER, OS, "input/output error")                            \
	ROW(ENOSPC, SERVER, OS, "no space left on device")                    \
	ROW(EDQUOT, SERVER, OS, "disk quota exceeded")                        \
	ROW(EROFS, FATAL, OS, "read-only file system")                        \
	ROW(EACCES, FATAL, OS, "permission denied")                           \
	ROW(EPERM, FATAL, OS, "operation not permitted")                      \
	ROW(EINVAL, FATAL, OS, "invalid argument")                            \
	ROW(ENOENT, FATAL, OS, "no such file or directory")                   \
	ROW(ENOTSUP, FATAL, OS, "not supported")                              \
	ROW(ESRCH, UNKNOWN, OS, "no such process")                            \
	ROW(ENXIO, UNKNOWN, OS, "no such device or address")                  \
	ROW(E2BIG, UNKNOWN, OS, "argument list too long")                     \
	ROW(ENOEXEC, UNKNOWN, OS, "exec format error")                        \
	ROW(EBADF, UNKNOWN, OS, "bad file descriptor")                        \
	ROW(ECHILD, UNKNOWN, OS, "no child processes")                        \
	ROW(EFAULT, UNKNOWN, OS, "bad address")                               \
	ROW(ENOTBLK, UNKNOWN, OS, "block device required")                    \
	ROW(EEXIST, UNKNOWN, OS, "file exists")                               \
	ROW(EXDEV, UNKNOWN, OS, "invalid cross-device link")                  \
	ROW(ENODEV, UNKNOWN, OS, "no such device")                            \
	ROW(ENOTDIR, UNKNOWN, OS, "not a directory")                          \
	ROW(EISDIR, UNKNOWN, OS, "is a directory")                            \
	ROW(ENOTTY, UNKNOWN, OS, "inappropriate ioctl for device")            \
	ROW(ETXTBSY, UNKNOWN, OS, "text file busy")                           \
	ROW(EFBIG, UNKNOWN, OS, "file too large")                             \
	ROW(ESPIPE, UNKNOWN, OS, "illegal seek")                              \
	ROW(EMLINK, UNKNOWN, OS, "too many links")                            \
	ROW(EDOM, UNKNOWN, OS, "argument out of domain")                      \
	ROW(ERANGE, UNKNOWN, OS, "result out of range")                       \
	ROW(ENAMETOOLONG, UNKNOWN, OS, "file name too long")                  \
	ROW(ENOLCK, UNKNOWN, OS, "no locks available")                        \
	ROW(ENOSYS, UNKNOWN, OS, "function not implemented")                  \
	ROW(ENOTEMPTY, UNKNOWN, OS, "directory not empty")                    \
	ROW(ELOOP, UNKNOWN, OS, "too many levels of symbolic links")          \
	ROW(ENOMSG, UNKNOWN, OS, "no message of desired type")                \
	ROW(EIDRM, UNKNOWN, OS, "identifier removed")                         \
	ROW(ECHRNG, UNKNOWN, OS, "channel number out of range")               \
	ROW(EL2NSYNC, UNKNOWN, OS, "level 2 not synchronized")                \
	ROW(EL3HLT, UNKNOWN, OS, "level 3 halted")                            \
	ROW(EL3RST, UNKNOWN, OS, "level 3 reset")                             \
	ROW(ELNRNG, UNKNOWN, OS, "link number out of range")                  \
	ROW(EUNATCH, UNKNOWN, OS, "protocol driver not attached")             \
	ROW(ENOCSI, UNKNOWN, OS, "no CSI structure available")                \
	ROW(EL2HLT, UNKNOWN, OS, "level 2 halted")                            \
	ROW(EBADE, UNKNOWN, OS, "invalid exchange")                           \
	ROW(EBADR, UNKNOWN, OS, "invalid request descriptor")                 \
	ROW(EXFULL, UNKNOWN, OS, "exchange full")                             \
	ROW(ENOANO, UNKNOWN, OS, "no anode")                                  \
	ROW(EBADRQC, UNKNOWN, OS, "invalid request code")                     \
	ROW(EBADSLT, UNKNOWN, OS, "invalid slot")                             \
	ROW(EBFONT, UNKNOWN, OS, "bad font file format")                      \
	ROW(ENOSTR, UNKNOWN, OS, "device not a stream")                       \
	ROW(ENODATA, UNKNOWN, OS, "no data available")                        \
	ROW(ETIME, UNKNOWN, OS, "timer expired")                              \
	ROW(ENOSR, UNKNOWN, OS, "out of streams resources")                   \
	ROW(ENONET, UNKNOWN, OS, "machine is not on the network")             \
	ROW(ENOPKG, UNKNOWN, OS, "package not installed")                     \
	ROW(EREMOTE, UNKNOWN, OS, "object is remote")                         \
	ROW(ENOLINK, UNKNOWN, OS, "link has been severed")                    \
	ROW(EADV, UNKNOWN, OS, "advertise error")                             \
	ROW(ESRMNT, UNKNOWN, OS, "srmount error")                             \
	ROW(ECOMM, UNKNOWN, OS, "communication error on send")                \
	ROW(EPROTO, UNKNOWN, OS, "protocol error")                            \
	ROW(EMULTIHOP, UNKNOWN, OS, "multihop attempted")                     \
	ROW(EDOTDOT, UNKNOWN, OS, "RFS specific error")                       \
	ROW(EBADMSG, UNKNOWN, OS, "bad message")                              \
	ROW(EOVERFLOW, UNKNOWN, OS, "value too large for its type")           \
	ROW(ENOTUNIQ, UNKNOWN, OS, "name not unique on network")              \
	ROW(EBADFD, UNKNOWN, OS, "file descriptor in bad state")              \
	ROW(EREMCHG, UNKNOWN, OS, "remote address changed")                   \
	ROW(ELIBACC, UNKNOWN, OS, "cannot access a shared library")           \
	ROW(ELIBBAD, UNKNOWN, OS, "corrupted shared library")                 \
	ROW(ELIBSCN, UNKNOWN, OS, "corrupted section in a library")           \
	ROW(ELIBMAX, UNKNOWN, OS, "too many shared libraries")                \
	ROW(ELIBEXEC, UNKNOWN, OS, "cannot execute a shared library")         \
	ROW(EILSEQ, UNKNOWN, OS, "invalid byte sequence")                     \
	ROW(ERESTART, UNKNOWN, OS, "interrupted, should be restarted")        \
	ROW(ESTRPIPE, UNKNOWN, OS, "streams pipe error")                      \
	ROW(EUSERS, UNKNOWN, OS, "too many users")                            \
	ROW(ENOTSOCK, UNKNOWN, OS, "socket operation on non-socket")          \
	ROW(EDESTADDRREQ, UNKNOWN, OS, "destination address required")        \
	ROW(EMSGSIZE, UNKNOWN, OS, "message too long")                        \
	ROW(EPROTOTYPE, UNKNOWN, OS, "wrong type of protocol")                \
	ROW(ENOPROTOOPT, UNKNOWN, OS, "protocol not available")               \
	ROW(EPROTONOSUPPORT, UNKNOWN, OS, "protocol not supported")           \
	ROW(ESOCKTNOSUPPORT, UNKNOWN, OS, "socket type not supported")        \
	ROW(EPFNOSUPPORT, UNKNOWN, OS, "protocol family not supported")       \
	ROW(EAFNOSUPPORT, UNKNOWN, OS, "address family not supported")        \
	ROW(EADDRINUSE, UNKNOWN, OS, "address already in use")                \
	ROW(EADDRNOTAVAIL, UNKNOWN, OS, "cannot assign requested address")    \
	ROW(EISCONN, UNKNOWN, OS, "endpoint is already connected")            \
	ROW(ENOTCONN, UNKNOWN, OS, "endpoint is not connected")               \
	ROW(ETOOMANYREFS, UNKNOWN, OS, "too many references")                 \
	ROW(EALREADY, UNKNOWN, OS, "operation already in progress")           \
	ROW(EINPROGRESS, UNKNOWN, OS, "operation now in progress")            \
	ROW(ESTALE, UNKNOWN, OS, "stale file handle")                         \
	ROW(EUCLEAN, UNKNOWN, OS, "structure needs cleaning")                 \
	ROW(ENOTNAM, UNKNOWN, OS, "not a XENIX named type file")              \
	ROW(ENAVAIL, UNKNOWN, OS, "no XENIX semaphores available")            \
	ROW(EISNAM, UNKNOWN, OS, "is a named type file")                      \
	ROW(EREMOTEIO, UNKNOWN, OS, "remote I/O error")                       \
	ROW(ENOMEDIUM, UNKNOWN, OS, "no medium found")                        \
	ROW(EMEDIUMTYPE, UNKNOWN, OS, "wrong medium type")                    \
	ROW(ECANCELED, UNKNOWN, OS, "operation cancelled")                    \
	ROW(ENOKEY, UNKNOWN, OS, "required key not available")                \
	ROW(EKEYEXPIRED, UNKNOWN, OS, "key has expired")                      \
	ROW(EKEYREVOKED, UNKNOWN, OS, "key has been revoked")                 \
	ROW(EKEYREJECTED, UNKNOWN, OS, "key was rejected by service")         \
	ROW(EOWNERDEAD, UNKNOWN, OS, "owner died")                            \
	ROW(ENOTRECOVERABLE, UNKNOWN, OS, "state not recoverable")            \
	ROW(ERFKILL, UNKNOWN, OS, "not possible because of RF-kill")          \
	ROW(EHWPOISON, UNKNOWN, OS, "memory page has hardware error")

/* ALIAS(name, the name above of the same number). */
#define BO_ERRNO_ALIASES(ALIAS)                                               \
	ALIAS(EWOULDBLOCK, EAGAIN)                                            \
	ALIAS(EDEADLOCK, EDEADLK)                                             \
	ALIAS(EOPNOTSUPP, ENOTSUP)
/* clang-format on */

#endif
