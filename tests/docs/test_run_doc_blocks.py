#!/usr/bin/env python3
"""The runner of documents on documents made to pass, to fail and to be skipped."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUNNER = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "run_doc_blocks.py"


def run(page, *options):
    """Exit code and text of the runner on a tree with one page and one file."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "README.md").write_text(page, encoding="utf-8")
        (root / "file.txt").write_text("content\n")
        done = subprocess.run([sys.executable, RUNNER, root, root, *options], capture_output=True, text=True)
        left = sorted(p.name for p in root.iterdir())
        assert left == ["README.md", "file.txt"], left
        return done.returncode, done.stdout


def console(*lines, comment=""):
    return "# Page\n\n" + (f"<!-- {comment} -->\n" if comment else "") + "```console\n" + "\n".join(lines) + "\n```\n"


class Runner(unittest.TestCase):
    def passes(self, page, *options):
        code, text = run(page, *options)
        self.assertEqual(code, 0, text)
        return text

    def fails(self, page, word):
        code, text = run(page)
        self.assertEqual(code, 1, text)
        self.assertIn(word, text)

    def test_output_is_compared_whole(self):
        self.passes(console("$ cat file.txt", "content", "$ printf 'a  b\\nc\\n'", "a b", "c"))
        self.fails(console("$ cat file.txt"), "expected")
        self.fails(console("$ cat file.txt", "contents"), "contents")
        self.fails(console("$ cat file.txt", "content", "more"), "expected")
        self.fails(console("$ echo 1 >&2"), "printed")

    def test_dots_match_any_lines(self):
        for want in (["..."], ["1", "..."], ["...", "5"], ["...", "2", "...", "4", "..."], ["1", "2", "3", "4", "5", "..."]):
            self.passes(console("$ seq 5", *want))
        for want in (["...", "4"], ["...", "3", "...", "2", "..."], ["2", "..."]):
            self.fails(console("$ seq 5", *want), "expected")

    def test_words_stand_for_what_varies(self):
        self.passes(console("$ echo 'loss 1.25e-3 in 3.5s at /tmp/a.h5 0f3c (2)'", "loss <num> in <time> at <path> <sha> (<num>)"))
        self.passes(console("$ echo 'valid 0.95 x'", "valid <min 0.90> x"))
        self.fails(console("$ echo 'valid 0.85'", "valid <min 0.90>"), "0.85")
        self.fails(console("$ echo many", "<num>"), "many")
        self.fails(console("$ echo '1 2'", "<num>"), "1 2")

    def test_exit_code_is_that_of_the_last_command(self):
        self.passes(console("$ exit 65", comment="exit: 65"))
        self.fails(console("$ exit 65"), "exit 65; expected 0")
        self.fails(console("$ exit 65", "$ exit 65", comment="exit: 65"), "exit 65; expected 0")
        self.fails(console("$ true", comment="exit: 3"), "exit 0; expected 3")

    def test_a_block_over_its_limit_fails(self):
        self.fails(console("$ sleep 20", comment="limit: 1s"), "over the limit of 1s")

    def test_needs_and_after_skip_and_are_counted(self):
        page = console("$ false", comment="run: one; needs: gpu") + console("$ true", comment="after: one")
        self.assertIn("0 passed, 0 failed, 2 skipped", self.passes(page))
        code, text = run(page, "--have=gpu")
        self.assertEqual(code, 1)
        self.assertIn("0 passed, 1 failed, 1 skipped", text)

    def test_blocks_of_a_page_share_one_copy(self):
        page = console("$ echo new > file.txt", comment="run: first") + console("$ cat file.txt", "new", comment="after: first")
        self.assertIn("2 passed, 0 failed, 0 skipped", self.passes(page))

    def test_a_command_goes_on_after_a_backslash(self):
        self.passes(console("$ echo one \\", "    two", "one two"))

    def test_other_blocks_have_their_readers(self):
        self.passes("```json\n{\"a\": 1}\n```\n```bash\nfor i in 1; do :; done\n```\n```text\n$ false\n```\n")
        self.fails("```json\n{\"a\": }\n```\n", "json")
        self.fails("```bash\nfor i in 1; do :\n```\n", "bash")

    def test_colour_is_off(self):
        self.passes(console("$ echo $NO_COLOR", "1"))


if __name__ == "__main__":
    unittest.main()
