/* mohr.h from C99. Without arguments: how the door refuses. With arguments OPTIONS FILE CONTENT|- QUESTION: prints the report, so that a
 * script can compare it with `mohr verify --json`; the same through octets, which must give the same. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed/mohr.h"

static int failures = 0;

static void expect(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "FAILED: %s\n", what);
  failures++;
}

static void open_refuses(const char* options, int status, const char* word) {
  mohr_verifier* verifier = (mohr_verifier*)&failures;
  mohr_buffer report = {NULL, 0};
  expect(mohr_verifier_open(options, &verifier, &report) == status, options);
  expect(verifier == NULL, "no verifier after a refusal");
  expect(report.data != NULL && strlen(report.data) == report.size && strstr(report.data, word) != NULL, word);
  mohr_free(&report);
  expect(report.data == NULL && report.size == 0, "a freed buffer is empty");
  mohr_free(&report);
  expect(mohr_verifier_open(options, &verifier, NULL) == status, "without a report");
}

static void check_refusals(void) {
  mohr_verifier* verifier = NULL;
  mohr_buffer report = {NULL, 0};
  open_refuses("{\"trsut\": []}", MOHR_USAGE, "did you mean trust?");
  open_refuses("{\"trust\": \"root.pem\"}", MOHR_USAGE, "trust is no list");
  open_refuses("{\"offline\": 1}", MOHR_USAGE, "offline");
  open_refuses("{\"at\": \"tomorrow\"}", MOHR_USAGE, "at is no time");
  open_refuses("{\"cache\": 1}", MOHR_USAGE, "cache is no text");
  open_refuses("{\"cache\": \"/proc/none\"}", MOHR_ENVIRONMENT, "/proc/none");
  open_refuses("{\"policy\": 1}", MOHR_USAGE, "policy is no text");
  open_refuses("{\"policy\": \"lax\"}", MOHR_USAGE, "lax is neither strict");
  open_refuses("[]", MOHR_USAGE, "no JSON object");
  open_refuses("{\"offline\": true, \"offline\": true}", MOHR_USAGE, "twice");
  open_refuses("not json", MOHR_USAGE, "no JSON");
  open_refuses("{\"trust\": [\"/nonexistent/root.pem\"]}", MOHR_ENVIRONMENT, "/nonexistent/root.pem");
  open_refuses("{\"crls\": [\"/nonexistent/a.crl\"]}", MOHR_ENVIRONMENT, "/nonexistent/a.crl");
  expect(mohr_verifier_open("{}", NULL, &report) == MOHR_USAGE, "no place for the verifier");
  mohr_free(&report);
  expect(strchr(mohr_version(), '.') != NULL, "version");

  expect(mohr_verifier_open("{\"offline\": true}", &verifier, &report) == 0, "open");
  expect(report.data == NULL, "no report after success");
  expect(mohr_verify_bytes(verifier, "{\"a\": 1}", 8, NULL, 0, "a.json", NULL, &report) == MOHR_NO_SIGNATURE, "JSON without signature");
  expect(strstr(report.data, "a.json") != NULL, "the report has the name");
  mohr_free(&report);
  expect(mohr_verify_bytes(verifier, "{\"a\": 1, \"a\": 2}", 16, NULL, 0, "a.json", NULL, &report) == MOHR_UNREADABLE, "broken JSON");
  mohr_free(&report);
  expect(mohr_verify_bytes(verifier, "{}", 2, NULL, 0, NULL, "{\"expect_reciever\": \"1\"}", &report) == MOHR_USAGE, "unknown question");
  expect(strstr(report.data, "expect_receiver") != NULL, "the right word is suggested");
  mohr_free(&report);
  expect(mohr_verify_bytes(verifier, NULL, 0, NULL, 0, NULL, NULL, NULL) == MOHR_USAGE, "no document");
  expect(mohr_verify_bytes(NULL, "{}", 2, NULL, 0, NULL, NULL, NULL) == MOHR_USAGE, "no verifier");
  expect(mohr_verify_file(verifier, "/nonexistent/a.pdf", NULL, NULL, &report) == MOHR_UNREADABLE, "no such file");
  mohr_free(&report);
  expect(mohr_verify_file(verifier, "/", NULL, NULL, NULL) == MOHR_UNREADABLE, "a folder");
  expect(mohr_verify_file(verifier, NULL, NULL, NULL, NULL) == MOHR_USAGE, "no path");
  mohr_free(NULL);
  mohr_verifier_close(verifier);
  mohr_verifier_close(NULL);
}

static char* read_whole(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  char* octets = NULL;
  long length;
  if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) return NULL;
  rewind(file);
  octets = malloc((size_t)length + 1);
  if (octets != NULL && fread(octets, 1, (size_t)length, file) != (size_t)length) {
    free(octets);
    octets = NULL;
  }
  *size = (size_t)length;
  fclose(file);
  return octets;
}

static int print_report(const char* options, const char* path, const char* content, const char* question) {
  mohr_verifier* verifier = NULL;
  mohr_buffer report = {NULL, 0}, again = {NULL, 0};
  size_t size = 0, content_size = 0;
  char *octets, *content_octets = NULL;
  const int has_content = strcmp(content, "-") != 0;
  int status = mohr_verifier_open(options, &verifier, &report);
  if (status != 0) {
    fwrite(report.data, 1, report.size, stdout);
    mohr_free(&report);
    return status;
  }
  status = mohr_verify_file(verifier, path, has_content ? content : NULL, question, &report);
  fwrite(report.data, 1, report.size, stdout);
  octets = read_whole(path, &size);
  if (has_content) content_octets = read_whole(content, &content_size);
  if (octets != NULL) {
    const int other = mohr_verify_bytes(verifier, octets, size, content_octets, content_size, path, question, &again);
    if (other != status || again.size != report.size || memcmp(again.data, report.data, report.size) != 0) {
      fprintf(stderr, "FAILED: octets and file differ\n");
      status = 99;
    }
  }
  free(octets);
  free(content_octets);
  mohr_free(&report);
  mohr_free(&again);
  mohr_verifier_close(verifier);
  return status;
}

int main(int argc, char** argv) {
  if (argc == 5) return print_report(argv[1], argv[2], argv[3], argv[4]);
  check_refusals();
  if (failures == 0) printf("embed: all held\n");
  return failures == 0 ? 0 : 1;
}
