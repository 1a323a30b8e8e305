// The style sheet and the replay player of the report, embedded by C23's #embed: the compiler
// tracks the files, and the program needs nothing beside it.
#include "creport.h"

static const unsigned char style[] = {
#embed "web/report.css"
};
static const unsigned char player[] = {
#embed "web/reading.js"
    ,
#embed "web/picture.js"
    ,
#embed "web/player.js"
};

const unsigned char *report_asset_bytes(report_asset asset) {
  return asset == REPORT_STYLE ? style : player;
}

size_t report_asset_count(report_asset asset) {
  return asset == REPORT_STYLE ? sizeof style : sizeof player;
}
