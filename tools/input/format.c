/* Recognises files that are not UTF-8 text by their first bytes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/format.h"

#include <string.h>

#define UNPACK(name, program)                                                  \
	"compressed with " name "; unpack it, as in \"" program " LOG | ... "  \
	"-\""
#define CONVERT(name)                                                          \
	name " text; convert it, as in \"iconv -f " name                       \
	     " -t UTF-8 LOG | ... -\""

static const struct {
	const char *bytes;
	size_t length;
	const char *text;
} formats[] = {
	{"\x1f\x8b", 2, UNPACK("gzip", "gzip -dc")},
	{"\x1f\x9d", 2, UNPACK("compress", "gzip -dc")},
	{"\x28\xb5\x2f\xfd", 4, UNPACK("zstd", "zstd -dc")},
	{"\xfd"
	 "7zXZ",
	 5, UNPACK("xz", "xz -dc")},
	{"BZh", 3, UNPACK("bzip2", "bzip2 -dc")},
	{"\x04\x22\x4d\x18", 4, UNPACK("lz4", "lz4 -dc")},
	{"PK\x03\x04", 4, UNPACK("zip", "unzip -p")},
	/* Before UTF-16, whose mark it begins with. */
	{"\xff\xfe\0\0", 4, CONVERT("UTF-32")},
	{"\xff\xfe", 2, CONVERT("UTF-16")},
	{"\xfe\xff", 2, CONVERT("UTF-16")},
};

/* Text in ASCII, as UTF-16 without a mark: every other byte is 0. */
static const char *
utf16_of(const char *bytes, size_t length)
{
	if (length < 4)
		return NULL;
	if (bytes[0] && !bytes[1] && bytes[2] && !bytes[3])
		return CONVERT("UTF-16LE");
	if (!bytes[0] && bytes[1] && !bytes[2] && bytes[3])
		return CONVERT("UTF-16BE");
	return NULL;
}

const char *
tk_format_of(const char *bytes, size_t length)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (length >= formats[i].length &&
		    memcmp(bytes, formats[i].bytes, formats[i].length) == 0)
			return formats[i].text;
	return utf16_of(bytes, length);
}
