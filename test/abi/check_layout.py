#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The memory layout of the plugin ABI: every struct, member and constant of sdk/include/millrace/{abi.h,ext/*.h}.

  check_layout.py            compiles the headers alone, as C11 and C++20, with every compiler there is, and compares
                             what they make of them with each other, with layout.c and with v1.layout: frozen structs
                             must be the same, the others may only have grown at their end, constants keep their
                             numbers. Prints one line per mismatch and "N passed, N failed".
  check_layout.py --write    writes layout.c and v1.layout anew. v1.layout only while the ABI is a draft (MR_ABI_DRAFT)
                             or when it has just grown.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent.parent / "sdk" / "include"
HEADERS = ["millrace/abi.h"] + sorted(f"millrace/ext/{p.name}" for p in (INCLUDE / "millrace" / "ext").glob("*.h"))
# Data structs without a size of their own; see the head of abi.h.
FROZEN = {"mr_value", "mr_str", "mr_kv", "mr_field", "mr_header", "mr_tp", "mr_config_table", "mr_source_offset"}


def source_text():
    text = "".join((INCLUDE / h).read_text() for h in HEADERS)
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    return re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*$", " ", text, flags=re.M)


def body_at(text, brace):
    """The text between the brace at this position and its partner."""
    depth = 0
    for i in range(brace, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[brace + 1:i]
    raise ValueError("unbalanced braces")


def members(body):
    out = []
    depth, start = 0, 0
    for i, c in enumerate(body):
        depth += {"{": 1, "}": -1, "(": 1, ")": -1}.get(c, 0)
        if c != ";" or depth != 0:
            continue
        declaration = body[start:i]
        start = i + 1
        function = re.search(r"\(\s*\*\s*(\w+)\s*\)\s*\(", declaration)
        if function:
            out.append(function.group(1))
        elif "}" in declaration:
            out.append(declaration.rsplit("}", 1)[1].strip())
        else:
            out += [re.search(r"(\w+)\s*$", part).group(1) for part in declaration.split(",")]
    return out


def parse():
    """{struct: [member]}, [constant]"""
    text = source_text()
    structs = {}
    for m in re.finditer(r"\bstruct\s+(mr_\w+)\s*\{", text):
        structs[m.group(1)] = members(body_at(text, m.end() - 1))
    constants = []
    for m in re.finditer(r"\benum\s*\{", text):
        body = body_at(text, m.end() - 1)
        constants += re.findall(r"\b(MR_\w+)\b(?=\s*(?:,|=|$))", body)
    for h in HEADERS:
        constants += re.findall(r"^#define (MR_(?:NO_PARTITION|MANIFEST_VERSION|ABI_MAJOR))\b", (INCLUDE / h).read_text(), re.M)
    return structs, constants


def printer(structs, constants):
    lines = [f'#include "{h}"' for h in HEADERS] + ["#include <stdio.h>", "int main(void) {"]
    for s, names in structs.items():
        lines.append(f'  printf("struct {s} %zu\\n", sizeof({s}));')
        for n in names:
            lines.append(f'  printf("  {s}.{n} %zu %zu\\n", offsetof({s}, {n}), sizeof((({s} *)0)->{n}));')
    for c in constants:
        lines.append(f'  printf("constant {c} %lld\\n", (long long)({c}));')
    return "\n".join(lines + ["  return 0;", "}", ""])


def compilers():
    for c, cpp in (("gcc", "g++"), ("clang", "clang++"), ("clang-14", "clang++-14")):
        if shutil.which(c):
            yield c, ["-x", "c", "-std=c11"]
        if shutil.which(cpp):
            yield cpp, ["-x", "c++", "-std=c++20"]


def measure(structs, constants):
    """[(compiler, layout text or None, its complaints)]"""
    out = []
    with tempfile.TemporaryDirectory() as tmp:
        source = pathlib.Path(tmp) / "print.c"
        source.write_text(printer(structs, constants))
        for compiler, args in compilers():
            name = f"{compiler} {args[2]}"
            flags = [compiler, *args, "-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}"]
            complaints = ""
            # Each header on its own, with the strictest warnings; padding would be bytes that nobody sets.
            for h in HEADERS:
                alone = subprocess.run([*flags, "-pedantic", "-Wpadded", "-fsyntax-only", "-"], text=True,
                                       input=f'#include "{h}"\nextern int unused;\n', capture_output=True)
                complaints += alone.stderr
            program = str(pathlib.Path(tmp) / "print")
            built = subprocess.run([*flags, str(source), "-o", program], capture_output=True, text=True)
            complaints += built.stderr
            layout = subprocess.run([program], capture_output=True, text=True).stdout if built.returncode == 0 else None
            out.append((name, layout, complaints))
    return out


def as_tables(layout):
    """{struct: (size, [(member, offset, size)])}, {constant: number}"""
    structs, constants = {}, {}
    for line in layout.splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] == "struct":
            structs[words[1]] = (int(words[2]), [])
        elif words[0] == "constant":
            constants[words[1]] = int(words[2])
        else:
            struct, member = words[0].split(".")
            structs[struct][1].append((member, int(words[1]), int(words[2])))
    return structs, constants


def compare(released, today):
    """Why `today` breaks those who were built against `released`."""
    (old, old_constants), (new, new_constants) = as_tables(released), as_tables(today)
    for s, (size, fields) in old.items():
        if s not in new:
            yield f"{s} is gone"
            continue
        new_size, new_fields = new[s]
        if s in FROZEN and (new_size, new_fields) != (size, fields):
            yield f"{s} is frozen and has changed"
            continue
        if new_size < size:
            yield f"{s} has shrunk from {size} to {new_size} bytes"
        for i, field in enumerate(fields):
            if i >= len(new_fields) or new_fields[i] != field:
                now = "gone" if i >= len(new_fields) else "%s at %d, %d bytes" % new_fields[i]
                yield f"{s}.{field[0]} was at {field[1]}, {field[2]} bytes; there is now {now}"
                break
        for name, offset, _ in new_fields[len(fields):]:
            if offset < size:
                yield f"{s}.{name} is new and lies at {offset}, within the {size} bytes that were there"
    for c, number in old_constants.items():
        if new_constants.get(c) != number:
            yield f"{c} was {number} and is {new_constants.get(c, 'gone')}"


def static_asserts(layout):
    structs, constants = as_tables(layout)
    out = ["/* SPDX-License-Identifier: Apache-2.0",
           " * Written by check_layout.py --write. Size and place of every member of the ABI on 64-bit machines: a change",
           " * that moves one does not compile. Compiled as C11 here and as C++20 by layout_cpp.cc. */",
           "/* clang-format off */"]
    out += [f'#include "{h}"' for h in HEADERS]
    out += ["", "#ifdef __cplusplus", "#define CHECK(x) static_assert(x, #x)", "#else",
            "#define CHECK(x) _Static_assert(x, #x)", "#endif"]
    for s, (size, fields) in structs.items():
        out += ["", f"CHECK(sizeof({s}) == {size});"]
        for n, offset, n_bytes in fields:
            out.append(f"CHECK(offsetof({s}, {n}) == {offset} && sizeof((({s} *)0)->{n}) == {n_bytes});")
    out += [""] + [f"CHECK({c} == {number});" for c, number in constants.items()]
    return "\n".join(out) + "\n"


def main():
    structs, constants = parse()
    passed, mismatches = 0, []
    reference = None
    for name, layout, complaints in measure(structs, constants):
        if complaints or layout is None:
            mismatches.append(f"{name}: {complaints or 'did not run'}")
        elif reference is not None and layout != reference:
            mismatches.append(f"{name}: another layout than the compilers before it")
        else:
            passed += 1
            reference = layout
    if reference is None:
        sys.exit("\n".join(mismatches) or "no compiler found")

    frozen_file, layout_c = HERE / "v1.layout", HERE / "layout.c"
    released = frozen_file.read_text() if frozen_file.exists() else ""
    if "--write" in sys.argv:
        broken = list(compare(released, reference))
        if broken and "#define MR_ABI_DRAFT" not in (INCLUDE / "millrace/abi.h").read_text():
            sys.exit("these break bundles that were built before; v1.layout was left alone:\n" + "\n".join(broken))
        frozen_file.write_text("# Written by check_layout.py --write: sizes, then offset and size of each member.\n" + reference)
        layout_c.write_text(static_asserts(reference))
        return

    for check in ([*compare(released, reference)], [] if layout_c.read_text() == static_asserts(reference) else
                  ["layout.c is not that of today's headers: run check_layout.py --write"]):
        mismatches += check
        passed += not check
    # The comparison itself must see what matters.
    for what, text in (("reordered", reference.replace("mr_host.error_set", "mr_host.x").replace(
            "mr_host.error_record", "mr_host.error_set").replace("mr_host.x", "mr_host.error_record")),
                       ("frozen grown", reference.replace("struct mr_tp 32", "struct mr_tp 40")),
                       ("renumbered", reference.replace("constant MR_DATA 2", "constant MR_DATA 3"))):
        good = text != reference and any(compare(reference, text))
        passed += good
        mismatches += [] if good else [f"a change was not seen: {what}"]
    grown = reference.replace("struct mr_host ", "struct mr_host 9", 1)
    if any(compare(reference, grown)):
        mismatches.append("growth at the end was not accepted")
    else:
        passed += 1
    for m in mismatches:
        print(m)
    print(f"{passed} passed, {len(mismatches)} failed")
    sys.exit(1 if mismatches else 0)


if __name__ == "__main__":
    main()
