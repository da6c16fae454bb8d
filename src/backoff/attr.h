/* Attributes for public declarations. */
#ifndef BACKOFF_ATTR_H
#define BACKOFF_ATTR_H

#ifdef __cplusplus
#define BACKOFF_BEGIN_DECLS extern "C" {
#define BACKOFF_END_DECLS }
#else
#define BACKOFF_BEGIN_DECLS
#define BACKOFF_END_DECLS
#endif

#if defined(__GNUC__)
#define BACKOFF_API __attribute__((visibility("default")))
#define BACKOFF_MUST_CHECK __attribute__((warn_unused_result))
#else
#define BACKOFF_API
#define BACKOFF_MUST_CHECK
#endif

#endif
