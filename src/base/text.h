/* Everything about text, for rooms that do not name the parts they use. */
#ifndef BO_TEXT_H
#define BO_TEXT_H

#include "base/decimal.h"
#include "base/digits.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/rfc3339.h"
#include "base/utf8.h"

#define bo_text_clean bo_utf8_clean

#endif
