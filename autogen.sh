#!/bin/sh
# Generates ./configure in a fresh clone.
# SPDX-License-Identifier: MIT
set -e
cd "$(dirname "$0")"
exec autoreconf --install --force
