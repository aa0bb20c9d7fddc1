#!/usr/bin/env python3
"""The Dockerfile builds from what is there and ends in an image without a shell, without root, with weir in it."""

import json
import re
import unittest

import yaml

from running_weir import DEPLOY, ROOT, ask, needs_binary, running_weir, validate

TEXT = (DEPLOY / "Dockerfile").read_text()
CONFIG_FILE = DEPLOY / "container" / "weir.yaml"
INSTRUCTIONS = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "LABEL", "USER", "EXPOSE", "ENTRYPOINT", "CMD"}


def stages():
    """A list of (instruction, argument) for each FROM; what stands before the first is in the first list."""
    lines = re.sub(r"\\\n\s*", " ", "\n".join(line for line in TEXT.splitlines() if not line.startswith("#")))
    found = [[]]
    for line in filter(None, map(str.strip, lines.splitlines())):
        word, _, argument = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, argument))
    return found


GLOBAL, BUILD, LAST = stages()


def arguments(stage, word):
    return [argument for instruction, argument in stage if instruction == word]


class Dockerfile(unittest.TestCase):
    def test_it_uses_instructions_that_exist(self):
        for stage in (GLOBAL, BUILD, LAST):
            self.assertLessEqual({word for word, _ in stage}, INSTRUCTIONS)

    def test_what_it_copies_and_runs_is_there(self):
        for argument in arguments(BUILD, "COPY"):
            for source in argument.split()[:-1]:
                self.assertTrue((ROOT / source).exists(), source)
        commands = " ".join(arguments(BUILD, "RUN"))
        for script in re.findall(r"\./(deploy/\S+)", commands):
            self.assertTrue((ROOT / script).stat().st_mode & 0o111, script)
        self.assertIn("./deploy/build-optimised", commands)

    def test_what_will_be_shipped_is_run_before_it_is_shipped(self):
        smoke = arguments(BUILD, "RUN")[-1]
        self.assertIn("chroot --userspec=65532:65532 /image /usr/bin/weir --version", smoke)
        self.assertIn("weir validate", smoke)

    def test_the_last_stage_has_nothing_but_the_collected_root(self):
        self.assertEqual(arguments(LAST, "FROM"), ["scratch"])
        self.assertEqual(arguments(LAST, "COPY"), ["--from=build /image /"])
        self.assertEqual(arguments(LAST, "RUN"), [])

    def test_it_runs_weir_without_root(self):
        self.assertEqual(arguments(LAST, "USER"), ["65532:65532"])
        (entry,), (command,) = arguments(LAST, "ENTRYPOINT"), arguments(LAST, "CMD")
        self.assertEqual(json.loads(entry), ["/usr/bin/weir"])
        self.assertEqual(json.loads(command), ["run", "-c", "/etc/weir/weir.yaml"])

    def test_it_exposes_what_its_configuration_listens_on(self):
        config = yaml.safe_load(CONFIG_FILE.read_text())
        (exposed,) = arguments(LAST, "EXPOSE")
        self.assertEqual([f"0.0.0.0:{port}" for port in exposed.split()], [config["listen"], config["status"]])
        self.assertTrue(config["admin"].startswith("127.0.0.1:"))

    def test_it_is_labelled(self):
        labels = " ".join(arguments(LAST, "LABEL"))
        for name in ("title", "description", "version", "revision"):
            self.assertIn(f"org.opencontainers.image.{name}=", labels)
        version = re.search(r"project\(weir VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertIn(f"VERSION={version}", arguments(LAST, "ARG"))

    @needs_binary
    def test_weir_finds_no_fault_with_the_images_configuration(self):
        validate(CONFIG_FILE)

    @needs_binary
    def test_weir_serves_with_it(self):
        with running_weir("-c", str(CONFIG_FILE)) as weir:
            self.assertEqual(ask(weir.traffic, "/"), (200, "ok\n"))


if __name__ == "__main__":
    unittest.main()
