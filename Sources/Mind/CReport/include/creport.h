// The parts of the report page that are not Swift, carried inside the binary.
#ifndef CREPORT_H
#define CREPORT_H

#include <stddef.h>

typedef enum { REPORT_STYLE, REPORT_PLAYER } report_asset;

// The bytes of an asset (UTF-8, not terminated) and how many there are.
const unsigned char *report_asset_bytes(report_asset asset);
size_t report_asset_count(report_asset asset);

#endif
