/* A JSON Schema made from a field table: one clause per kind of field. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/schema.h"

#include <stdbool.h>
#include <string.h>

static void
put_range(struct bo_out *out, const struct backoff_field *field)
{
	if (field->min < field->max)
		bo_out_format(out, ", \"minimum\": %.10g, \"maximum\": %.10g",
			      field->min, field->max);
}

static void
put_names(struct bo_out *out, const char *names)
{
	const char *separator = "\"enum\": [";

	while (*names != '\0') {
		size_t length = strcspn(names, " ");

		bo_out_text(out, separator);
		bo_out_text(out, "\"");
		bo_out_bytes(out, names, length);
		bo_out_text(out, "\"");
		separator = ", ";
		names += length + (names[length] == ' ');
	}
	bo_out_text(out, "]");
}

static void
put_type(struct bo_out *out, const struct backoff_field *field)
{
	const char *type = field->type;

	if (strcmp(type, "duration") == 0) {
		bo_out_text(out, "\"$ref\": \"#/$defs/duration\"");
	} else if (strcmp(type, "delays") == 0) {
		bo_out_text(out, "\"$ref\": \"#/$defs/delays\"");
	} else if (strcmp(type, "duration or list") == 0) {
		bo_out_text(out, "\"anyOf\": [{\"$ref\": \"#/$defs/duration\"},"
				 " {\"$ref\": \"#/$defs/durations\"}]");
	} else if (strcmp(type, "matchers") == 0) {
		bo_out_text(out, "\"type\": \"array\", \"items\": {\"$ref\": "
				 "\"#/$defs/matcher\"}");
	} else if (strcmp(type, "count or unlimited") == 0) {
		bo_out_text(out, "\"anyOf\": [{\"type\": \"integer\"");
		put_range(out, field);
		bo_out_text(out, "}, {\"const\": \"unlimited\"}]");
	} else if (strcmp(type, "count") == 0 || strcmp(type, "number") == 0) {
		bo_out_format(out, "\"type\": \"%s\"",
			      type[0] == 'c' ? "integer" : "number");
		put_range(out, field);
	} else if (strcmp(type, "boolean") == 0) {
		bo_out_text(out, "\"type\": \"boolean\"");
	} else if (strcmp(type, "object") == 0) {
		bo_out_text(out, "\"type\": \"object\"");
	} else if (strcmp(type, "time") == 0) {
		bo_out_text(out, "\"type\": \"string\", \"format\": "
				 "\"date-time\"");
	} else if (field->names[0] != '\0') {
		put_names(out, field->names);
	} else {
		bo_out_text(out, "\"type\": \"string\"");
		if (field->max > 0)
			bo_out_format(out,
				      ", \"minLength\": %.0f, \"maxLength\": "
				      "%.0f",
				      field->min, field->max);
	}
}

static void
put_description(struct bo_out *out, const struct bo_schema *schema, size_t row)
{
	char text[512];
	struct bo_out whole = bo_out_init(text, sizeof(text));

	bo_out_text(&whole, schema->row(row)->doc);
	if (schema->note != NULL)
		schema->note(&whole, row);
	bo_out_json(out, text);
}

static void
put_property(struct bo_out *out, const struct bo_schema *schema, size_t row,
	     size_t prefix)
{
	const struct backoff_field *field = schema->row(row);

	bo_out_format(out, "\"%s\": {", field->path + prefix);
	put_type(out, field);
	if (field->fallback != NULL && field->fallback[0] != '\0')
		bo_out_format(out, ", \"default\": %s", field->fallback);
	bo_out_text(out, ", \"description\": ");
	put_description(out, schema, row);
	bo_out_text(out, "}");
}

static size_t put_properties(struct bo_out *out, const struct bo_schema *schema,
			     size_t row, size_t prefix, unsigned depth);

/* Two spaces a level. */
static void
put_indent(struct bo_out *out, unsigned depth)
{
	while (depth-- > 0)
		bo_out_text(out, "  ");
}

/* The rows of a nested object. If its first field is its kind, the kind alone
 * is valid, too. Returns the row after the object. */
static size_t
put_object(struct bo_out *out, const struct bo_schema *schema, size_t row,
	   size_t prefix, unsigned depth)
{
	const char *name = schema->row(row)->path + prefix;
	size_t length = strcspn(name, ".");
	bool kind = strcmp(name + length, ".kind") == 0;
	const struct backoff_field *first = schema->row(row);

	put_indent(out, depth);
	bo_out_text(out, "\"");
	bo_out_bytes(out, name, length);
	bo_out_text(out, "\": {");
	if (kind) {
		bo_out_text(out, "\"anyOf\": [{");
		put_type(out, first);
		bo_out_text(out, "}, {");
	}
	bo_out_text(out, "\n");
	put_indent(out, depth + 1);
	bo_out_text(out, "\"type\": \"object\", \"additionalProperties\": "
			 "false,\n");
	put_indent(out, depth + 1);
	bo_out_text(out, "\"properties\": {\n");
	row = put_properties(out, schema, row, prefix + length + 1, depth + 2);
	put_indent(out, depth + 1);
	bo_out_text(out, "}\n");
	put_indent(out, depth);
	bo_out_text(out, kind ? "}]}" : "}");
	return row;
}

/* Rows from `row` on, while their paths agree in `prefix` bytes. Returns the
 * row after them. */
static size_t
put_properties(struct bo_out *out, const struct bo_schema *schema, size_t row,
	       size_t prefix, unsigned depth)
{
	const char *path = schema->row(row)->path;
	const char *separator = "";

	while (row < schema->count &&
	       strncmp(schema->row(row)->path, path, prefix) == 0) {
		const struct backoff_field *field = schema->row(row);

		bo_out_text(out, separator);
		separator = ",\n";
		if (strchr(field->path + prefix, '.') != NULL) {
			row = put_object(out, schema, row, prefix, depth);
			continue;
		}
		put_indent(out, depth);
		put_property(out, schema, row, prefix);
		row++;
	}
	bo_out_text(out, "\n");
	return row;
}

static const char defs[] =
	"  \"$defs\": {\n"
	"    \"duration\": {\n"
	"      \"description\": \"Seconds, or a string with a unit: ns, us, "
	"ms, s, m, h, d.\",\n"
	"      \"anyOf\": [{\"type\": \"number\", \"minimum\": 0, "
	"\"maximum\": 1e9}, {\"type\": \"string\", \"pattern\": "
	"\"^[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|m|h|d)$\"}]\n"
	"    },\n"
	"    \"durations\": {\"type\": \"array\", \"minItems\": 1, "
	"\"maxItems\": 1000, \"items\": {\"$ref\": \"#/$defs/duration\"}},\n"
	"    \"delays\": {\n"
	"      \"description\": \"Durations, or ranges of a lowest and a "
	"highest one.\",\n"
	"      \"type\": \"array\", \"minItems\": 1, \"maxItems\": 1000, "
	"\"items\": {\"anyOf\": [{\"$ref\": \"#/$defs/duration\"}, "
	"{\"type\": \"array\", \"minItems\": 2, \"maxItems\": 2, "
	"\"items\": {\"$ref\": \"#/$defs/duration\"}}]}\n"
	"    },\n"
	"    \"matcher\": {\n"
	"      \"description\": \"*, a class, an error type, a code like "
	"http:503, a range like http:5xx, or a regular expression for the "
	"error text, which counts unless another one is found there.\",\n"
	"      \"anyOf\": [{\"type\": \"string\", \"minLength\": 1, "
	"\"maxLength\": 128}, {\"type\": \"object\", \"required\": "
	"[\"message_regex\"], \"additionalProperties\": false, "
	"\"properties\": {\"message_regex\": {\"type\": \"string\", "
	"\"maxLength\": 256}, \"unless\": {\"type\": \"string\", "
	"\"maxLength\": 256}}}]\n"
	"    }\n"
	"  }";

static void
put_required(struct bo_out *out, const struct bo_schema *schema)
{
	const char *separator = "  \"required\": [";

	if (schema->required != NULL) {
		bo_out_text(out, schema->required);
		return;
	}
	for (size_t row = 0; row < schema->count; row++) {
		if (schema->row(row)->fallback != NULL)
			continue;
		bo_out_format(out, "%s\"%s\"", separator,
			      schema->row(row)->path);
		separator = ", ";
	}
	bo_out_text(out, "],\n");
}

void
bo_schema_put(struct bo_out *out, const struct bo_schema *schema)
{
	bo_out_format(out,
		      "{\n  \"$schema\": "
		      "\"https://json-schema.org/draft/2020-12/schema\",\n"
		      "  \"title\": \"%s\",\n  \"description\": \"%s\",\n"
		      "  \"type\": \"object\",\n",
		      schema->title, schema->description);
	put_required(out, schema);
	bo_out_format(out, "  \"additionalProperties\": %s,\n",
		      schema->closed ? "false" : "true");
	bo_out_text(out, "  \"properties\": {\n");
	put_properties(out, schema, 0, 0, 2);
	bo_out_text(out, "  }");
	if (schema->closed) {
		bo_out_text(out, ",\n");
		bo_out_text(out, defs);
	}
	bo_out_text(out, "\n}\n");
}
