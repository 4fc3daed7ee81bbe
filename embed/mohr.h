/* mohr for other languages: C99, opaque handles, integer status, JSON for options and reports. No global state; a verifier may be used by
 * several threads at once. The ABI is append-only. */
#ifndef MOHR_H
#define MOHR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(MOHR_BUILDING)
#define MOHR_API __attribute__((visibility("default")))
#else
#define MOHR_API
#endif

/* Status: the exit statuses of `mohr verify`. */
enum mohr_status {
  MOHR_ACCEPT = 0,
  MOHR_REJECT = 1,
  MOHR_HOLD = 2,
  MOHR_NO_SIGNATURE = 3,
  MOHR_UNREADABLE = 4,
  MOHR_ENVIRONMENT = 5,
  MOHR_BUDGET = 6,
  MOHR_USAGE = 64
};

typedef struct mohr_verifier mohr_verifier;

/* Octets that mohr made and the caller gives back with mohr_free. UTF-8, followed by a NUL that `size` does not count. */
typedef struct mohr_buffer {
  char* data;
  size_t size;
} mohr_buffer;

/* "1.0.0"; never freed. */
MOHR_API const char* mohr_version(void);

/* Opens a verifier. `options_json`: {"trust": ["PATH", ...], "intermediates": [...], "crls": [...], "ocsp": [...], "offline": true,
 * "allow_hosts": [...], "opinions": 2, "policy": "NAME|FILE" (default: this machine's, docs/policy.md), "cache": "FOLDER" (keeps what is
 * fetched and the indexes of big lists there; default: nothing is kept), "at": "2026-11-25T09:30:00Z"}; unknown members are refused. On
 * success *verifier is set and the result is 0; else it is MOHR_USAGE or MOHR_ENVIRONMENT and *report holds a JSON document with the error.
 * `report` may be NULL. */
MOHR_API int mohr_verifier_open(const char* options_json, mohr_verifier** verifier, mohr_buffer* report);
MOHR_API void mohr_verifier_close(mohr_verifier* verifier);

/* Verifies octets or a file. `content` is the detached content (NULL: none); `name` is what the report calls the document. `question_json`:
 * NULL, or
 * {"at": ..., "expect_receiver": ..., "expect_sender": ..., "expect_tracking_id": ..., "expect_request": "PATH"}. *report gets the document
 * that `mohr verify --json` prints. Result: a mohr_status. */
MOHR_API int mohr_verify_bytes(const mohr_verifier* verifier, const void* document, size_t document_size, const void* content,
                               size_t content_size, const char* name, const char* question_json, mohr_buffer* report);
MOHR_API int mohr_verify_file(const mohr_verifier* verifier, const char* document_path, const char* content_path, const char* question_json,
                              mohr_buffer* report);

MOHR_API void mohr_free(mohr_buffer* buffer);

#ifdef __cplusplus
}
#endif

#endif
