/* SPDX-License-Identifier: Apache-2.0
 * Links as a library whose file does not exist at run time. */
__attribute__((visibility("default"))) int millrace_not_there(void) { return 0; }
