/* A strict JSON scanner for log lines: no memory, no tree. */
#ifndef TK_SCAN_H
#define TK_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Objects and arrays nested deeper than this are refused. */
#define TK_SCAN_DEPTH_MAX 32
/** Joined names of nested members that are longer match nothing. */
#define TK_SCAN_PATH_MAX 255

enum tk_scan_type {
	TK_SCAN_NULL,
	TK_SCAN_FALSE,
	TK_SCAN_TRUE,
	TK_SCAN_NUMBER,
	TK_SCAN_STRING,
	TK_SCAN_ARRAY,
	TK_SCAN_OBJECT,
};

/** A member's value, where it stands in the text. */
struct tk_scan_value {
	enum tk_scan_type type;
	/** A string has escapes that tk_scan_unescape() must undo. */
	bool escaped;
	/** A string's content without quotes; else the whole value. */
	const char *text;
	size_t length;
};

/**
 * Called for each member; for one of a nested object, if @p deep was asked
 * for, with the names joined by dots. An object is reported after its members.
 *
 * @param path  not NUL-terminated, without escapes
 */
typedef void (*tk_scan_fn)(void *user, const char *path, size_t path_length,
			   const struct tk_scan_value *value);

/**
 * Scan one JSON object. RFC 8259 is the rule, and UTF-8 must be valid; more
 * lenient only in that \ud800 to \udfff may stand alone (Python's logging
 * writes them for bytes that are not UTF-8).
 *
 * @param deep   report members of nested objects too
 * @param error  set on failure; its column is the offset + 1, its line 0
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX; BACKOFF_E_LIMIT (depth)
 */
enum backoff_status tk_scan_object(const char *text, size_t length, bool deep,
				   tk_scan_fn fn, void *user,
				   struct backoff_error *error);

/** Undo the escapes of a string's content; lone surrogates and \u0000 become
 *  U+FFFD. Writes at most @p length bytes, no NUL; returns how many. */
size_t tk_scan_unescape(const char *text, size_t length, char *out);

/** Why a number could not be had. */
enum tk_number {
	TK_NUMBER_OK,
	TK_NUMBER_NEGATIVE,
	TK_NUMBER_FRACTION,
	TK_NUMBER_TOO_LARGE,
};

/**
 * The exact value of a JSON number times 10^scale, rounded to the nearest.
 *
 * @param text   a valid JSON number, as scanned
 * @param whole  refuse what is no whole number
 * @param max    refuse what is larger, at most UINT64_MAX - 1
 */
enum tk_number tk_scan_number(const char *text, size_t length, int scale,
			      bool whole, uint64_t max, uint64_t *out);

#endif
