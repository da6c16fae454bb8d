/* JSON Schemas made from the rows of members. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/buf.h"
#include "members/schema.h"

static void put_table(struct bo_out *out, const struct tk_member_table *table,
		      unsigned depth);

static void
put_indent(struct bo_out *out, unsigned depth)
{
	bo_out_text(out, "\n");
	for (unsigned i = 0; i < depth; i++)
		bo_out_text(out, "  ");
}

static void
put_names(struct bo_out *out, const char *names)
{
	const char *separator = "\"enum\": [\"";

	for (const char *at = names; *at; at++) {
		if (at == names || at[-1] == ' ') {
			bo_out_text(out, separator);
			separator = "\", \"";
		}
		if (*at != ' ')
			bo_out_bytes(out, at, 1);
	}
	bo_out_text(out, "\"]");
}

static void
put_list(struct bo_out *out, const struct tk_member *member, unsigned depth)
{
	bo_out_format(out,
		      "\"type\": \"array\", \"minItems\": 1, "
		      "\"maxItems\": %zu, \"items\": ",
		      member->most);
	if (member->table->definition)
		bo_out_format(out, "{\"$ref\": \"#/$defs/%s\"}",
			      member->table->definition);
	else
		put_table(out, member->table, depth);
}

static void
put_type(struct bo_out *out, const struct tk_member *member, unsigned depth)
{
	switch (member->kind) {
	case TK_MEMBER_TEXT:
		bo_out_format(out,
			      "\"type\": \"string\", \"minLength\": 1, "
			      "\"maxLength\": %zu",
			      member->most - 1);
		break;
	case TK_MEMBER_NAME:
		put_names(out, member->names);
		break;
	case TK_MEMBER_DURATION:
		bo_out_text(out, "\"$ref\": \"#/$defs/duration\"");
		break;
	case TK_MEMBER_NUMBER:
	case TK_MEMBER_COUNT:
		bo_out_format(out,
			      "\"type\": \"%s\", \"minimum\": %.10g, "
			      "\"maximum\": %.10g",
			      member->kind == TK_MEMBER_COUNT ? "integer"
							      : "number",
			      member->min, member->max);
		break;
	case TK_MEMBER_FLAG:
		bo_out_text(out, "\"type\": \"boolean\"");
		break;
	case TK_MEMBER_OBJECT:
		bo_out_text(out, "\"allOf\": [");
		put_table(out, member->table, depth);
		bo_out_text(out, "]");
		break;
	case TK_MEMBER_LIST:
		put_list(out, member, depth);
		break;
	case TK_MEMBER_OTHER:
		bo_out_text(out, member->schema);
		break;
	}
}

static void
put_table(struct bo_out *out, const struct tk_member_table *table,
	  unsigned depth)
{
	const char *separator = "\"required\": [";
	bool required = false;

	bo_out_text(out, "{\"type\": \"object\", \"additionalProperties\": "
			 "false, ");
	for (size_t i = 0; i < table->count; i++) {
		if (!table->member[i].required)
			continue;
		bo_out_text(out, separator);
		bo_out_json(out, table->member[i].name);
		separator = ", ";
		required = true;
	}
	bo_out_text(out,
		    required ? "], \"properties\": {" : "\"properties\": {");
	for (size_t i = 0; i < table->count; i++) {
		put_indent(out, depth + 1);
		bo_out_json(out, table->member[i].name);
		bo_out_text(out, ": {");
		put_type(out, &table->member[i], depth + 1);
		bo_out_text(out, ", \"description\": ");
		bo_out_json(out, table->member[i].doc);
		bo_out_text(out, i + 1 < table->count ? "}," : "}");
	}
	put_indent(out, depth);
	bo_out_text(out, "}}");
}

size_t
tk_members_schema(const char *description,
		  const struct tk_member_table *const *table, size_t count,
		  char *buffer, size_t size)
{
	struct bo_out out = bo_out_init(buffer, size);
	const char *whole = table[count - 1]->definition;

	bo_out_format(&out,
		      "{\n  \"$schema\": "
		      "\"https://json-schema.org/draft/2020-12/schema\",\n"
		      "  \"title\": \"%s\",\n"
		      "  \"description\": \"%s\",\n"
		      "  \"$ref\": \"#/$defs/%s\",\n"
		      "  \"$defs\": {\n    \"duration\": {\"anyOf\": "
		      "[{\"type\": \"number\", \"minimum\": 0}, "
		      "{\"type\": \"string\", \"pattern\": "
		      "\"^[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|m|h|d)$\"}]}",
		      whole, description, whole);
	for (size_t i = 0; i < count; i++) {
		bo_out_format(&out, ",\n    \"%s\": ", table[i]->definition);
		put_table(&out, table[i], 2);
	}
	bo_out_text(&out, "\n  }\n}\n");
	return out.length;
}
