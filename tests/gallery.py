"""Answers as models write them, and what is to be seen of each in a browser."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """`seen` are pieces of the text on the page; `code` the code blocks, byte for byte."""

    text: str
    seen: tuple[str, ...] = ()
    formulas: int = 0
    code: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()


CHINESE = r"""## 一、**“三体”**问题

这是**《三体》**的作者，他说**“你好”**然后走了；原价~~“¥100”~~现在**$5**到**$10**，*（含税）*。

- **开源：**代码是公开的，见 https://example.com/docs。谢谢（https://example.com/a）
- **公式：**面积\(S=\pi r^2\)与**\(x^2\)**成正比

| 名称 | **说明：**用途 |
|---|---|
| **《书》**一 | 第一行<br>第二行 |
| ~~“旧”~~的 | $|x|$ |

```python
print("你好")  # **不是**
```"""
JAPANESE = r"""### **重要：**お知らせ

これは**「東京」**です。**何ですか？**と聞いた。*（笑）*と書き、~~「古い」~~を消す。
料金は**$5（税込）**から、式は\(E=mc^2\)。詳しくは https://example.com/ja/文書、または`code`を。

| 項目 | 値 |
|---|---|
| **「あ」**の | 1 |

이 용어는 **한국어(Korean)**를 뜻하고, **`npm`**을 쓴다."""
ARABIC = r"""## مرحبا بالعالم

مرحبا بالعالم، هذا **نص عربي** مع كلمة English و`code` داخل.

- البند الأول: السعر $5.
- `npm install` هو البند الثاني.

| الاسم | السعر |
|---|---|
| قهوة | $5 |

> اقتباس: \(E=mc^2\) معادلة.

```python
print("مرحبا")
```

שלום עולם 123 (abc).

And an English sentence."""
LONG = "AWordThatHasNoEnd" * 5
# Each of these is wider than a phone.
WIDE = f"""# {LONG}

{LONG} and **{LONG}**, `{LONG}`, https://a.example/{LONG}

- {LONG}
  - {LONG}

> {LONG}
> > - `{LONG}`

| {LONG} | b |
| --- | --- |
| {LONG} | `{LONG}` |

$$a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{{10}} + a_{{11}} + a_{{12}}$$

So $a_1 + a_2 + a_3 + a_4 + \\underbrace{{a_5 + a_6 + a_7 + a_8 + a_9 + a_{{10}} + a_{{11}}}}_n$.

```text
{LONG}
```"""
PAGES = (
    Answer(
        CHINESE,
        (
            "一、“三体”问题",
            "这是《三体》的作者，他说“你好”然后走了；原价“¥100”现在$5到$10，（含税）。",
            "开源：代码是公开的，见 https://example.com/docs。谢谢（https://example.com/a）",
            "第一行\n第二行",
        ),
        formulas=3,
        code=('print("你好")  # **不是**',),
        elements=(
            'a[href="https://example.com/docs"]',
            'a[href="https://example.com/a"]',
            *(
                f'strong:text-is("{bold}")'
                for bold in ("“三体”", "《三体》", "“你好”", "$5", "开源：")
            ),
            *('del:text-is("“¥100”")', 'em:text-is("（含税）")', 'td strong:text-is("《书》")'),
        ),
    ),
    Answer(
        JAPANESE,
        ("これは「東京」です。何ですか？と聞いた。（笑）と書き、「古い」を消す。", "npm을 쓴다."),
        formulas=1,
        elements=(
            *(
                f'strong:text-is("{bold}")'
                for bold in ("重要：", "「東京」", "何ですか？", "「あ」")
            ),
            *(
                'strong:text-is("한국어(Korean)")',
                'em:text-is("（笑）")',
                'del:text-is("「古い」")',
            ),
        ),
    ),
    Answer(
        ARABIC,
        ("مرحبا بالعالم، هذا نص عربي مع كلمة English وcode داخل.", "שלום עולם 123 (abc)."),
        formulas=1,
        code=('print("مرحبا")',),
        elements=("table", "blockquote", "ul"),
    ),
)

GALLERY = (
    # Formulas and money
    Answer(r"The area is \(\pi r^2\), so half of it is \(\frac{1}{2}\pi r^2\).", formulas=2),
    Answer("Solve:\n\\[\nx = \\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}\n\\]\nDone.", ("Done.",), 1),
    Answer("As a line \\[ E = mc^2 \\] in a text.", ("in a text.",), 1),
    Answer("$$\n\\sum_{i=1}^n i = \\frac{n(n+1)}{2}\n$$", formulas=1),
    Answer("$$ a^2 + b^2 = c^2 $$", formulas=1),
    Answer("$$ a = b\n+ c $$", formulas=1),
    Answer("It costs $5, not $10, and $x^2$ is a formula.", ("$5, not $10, and",), 1),
    Answer("From $1,000 to $2,000.50 (US$3).", ("From $1,000 to $2,000.50 (US$3).",)),
    Answer("Pay 5$ or 10$ now; \\(n\\)th.", ("Pay 5$ or 10$ now;",), 1),
    Answer("Set $HOME/$USER and $PATH, with \\(p\\).", ("$HOME/$USER and $PATH,",), 1),
    Answer("the $n$th and $x_1$-axis", ("th and",), 2),
    Answer("1. First \\(a\\)\n2. Then\n   \\[\n   b\n   \\]\n3. Last", ("First", "Last"), 2),
    Answer("> quoted \\[c\\] here\n>\n> $$\n> d\n> $$", ("quoted [c] here",), 1),
    Answer("| f | costs |\n|---|---|\n| \\(x\\) | $5 |", ("$5",), 1, elements=("table",)),
    Answer(r"An escaped \[bracket\] and \(unclosed", ("[bracket]", "(unclosed")),
    Answer("Costs $5 -> `$HOME` and `\\(x\\)`", ("Costs $5 -> $HOME and \\(x\\)",)),
    Answer("\\begin{aligned}\na &= b + c \\\\\n  &= d\n\\end{aligned}", formulas=1),
    Answer(r"So \begin{pmatrix}1&2\end{pmatrix} and $\begin{align}a&=b\end{align}$.", ("So",), 2),
    Answer(
        r"Water is $\ce{H2O}$ and $$\ce{2H2 + O2 -> 2H2O}$$, \(\frac{1\) and $x_1_2$",
        (r"Water is \ce{H2O} and \ce{2H2 + O2 -> 2H2O}, \frac{1 and x_1_2",),
        elements=(r'code:text("\\ce{H2O}")',),
    ),
    Answer("$$\n\\ce{A -> B}\n$$", code=(r"\ce{A -> B}",)),
    Answer("| a | b |\n|---|---|\n| $|x|$ | $P(A|B)$ |\n| $50%$ | $5 |", ("$5",), 3),
    # Code
    Answer(
        "```python\nx = '$5 -> :cat:'  # ![x](http://h/p.png)\n```",
        code=("x = '$5 -> :cat:'  # ![x](http://h/p.png)",),
    ),
    Answer("~~~\nwith ``` inside\n~~~", code=("with ``` inside",)),
    Answer("````md\n```sh\necho $A -> $B\n```\n````", code=("```sh\necho $A -> $B\n```",)),
    Answer(
        "- item\n\n  ```\n  indented >= 5\n  ```\n- next", ("item", "next"), 0, ("indented >= 5",)
    ),
    Answer("Text:\n\n    four spaces -> code\n", ("Text:",), 0, ("four spaces -> code",)),
    Answer("An end without an end:\n```\nnever closed $5", code=("never closed $5",)),
    Answer("Use `a -> b`, ``x `y` z`` and `<b>`.", ("Use a -> b, x `y` z and <b>.",)),
    Answer("> ```\n> quoted code >= 1\n> ```", code=("quoted code >= 1",)),
    # What Streamlit would make of it
    Answer("a -> b <- c <-> d >= e <= f ~= g -- h", ("a -> b <- c <-> d >= e <= f ~= g -- h",)),
    Answer("x &gt;= 5 **->** y", ("x >= 5 -> y",)),
    Answer(
        ":cat: :+1: :red[hot] :material/home: :streamlit:",
        (":cat: :+1: :red[hot] :material/home: :streamlit:",),
    ),
    Answer(":smile: beside `code :cat: here`", (":smile: beside code :cat: here",)),
    Answer(
        "std::vector at 10:30:45, see a:b:c and :::note",
        ("std::vector at 10:30:45, see a:b:c and :::note",),
    ),
    Answer(
        ":violet-badge[New] :blue-background[x] :small[y] :color[z]{foreground=red}",
        (":violet-badge[New] :blue-background[x] :small[y] :color[z]{foreground=red}",),
    ),
    # Pictures, links, HTML
    Answer("![a cat](https://pictures.example/cat.png?d=secret)", ("a cat (pictures.example)",)),
    Answer(
        "![](//pictures.example/c.png) ![d](data:image/png;base64,iVBORw0KGgo=)",
        ("(pictures.example)", "d (data:image/png)"),
    ),
    Answer(
        "![ref][one] and [![b](https://a.example/b.png)](https://c.example)\n\n"
        "[one]: https://d.example/e.png",
        ("ref (d.example) and", "b (a.example)"),
    ),
    Answer(
        '<img src="https://f.example/g.png"> <b>not bold</b> <script>alert(1)</script>',
        ("<b>not bold</b> <script>alert(1)</script>",),
    ),
    Answer(
        "<details>\n<summary>More</summary>\n\nand **bold**\n</details>",
        ("More\n\nand bold",),
        elements=('strong:text("More")', 'strong:text("bold")'),
    ),
    Answer(
        "H<sub>2</sub>O, x<sup>2</sup>, <kbd>Ctrl</kbd>+<kbd>C</kbd> and <mark>marked</mark>",
        ("H2O, x2, Ctrl+C and marked",),
        elements=(".stMarkdownBadge", ".stMarkdownColoredBackground"),
    ),
    Answer("| step | risks |\n|---|---|\n| one | - a<br>- b<br/>- c |", ("- a\n- b\n- c",)),
    Answer("one<br>two <br/>\nthree, if a <b or so", ("one\ntwo\nthree, if a <b or so",)),
    Answer("<!-- a comment -->\n\nBehind it.", ("<!-- a comment -->", "Behind it.")),
    Answer(
        "See https://a.example/b--c:d:e?x=1 and [text](https://b.example/x--y_(z)).",
        ("https://a.example/b--c:d:e?x=1", "text"),
        elements=(
            'a[href="https://a.example/b--c:d:e?x=1"][target="_blank"]',
            'a[href="https://b.example/x--y_(z)"][target="_blank"]',
        ),
    ),
    # What only Streamlit's parser reads in another way
    Answer(
        "John 3:16[1] at 10:30[am], ratio 2:1{x=y}, 注意:你好[1]",
        ("John 3:16[1] at 10:30[am], ratio 2:1{x=y}, 注意:你好[1]",),
    ),
    Answer("a --> b <-- c <--> d x--> e", ("a --> b <-- c <--> d x--> e",)),
    Answer("~5 to ~6 kg, 2~3 and ~~gone~~", ("~5 to ~6 kg, 2~3 and gone",), elements=("del",)),
    Answer("${HOME}/${PATH}, $(a)$(b), $$ for the PID; $$", ("${HOME}/${PATH}, $(a)$(b), $$ for",)),
    Answer(r"Let \(x\) be; $var matches `^foo$` fine", ("$var matches ^foo$ fine",), 1),
    Answer(r"\(a\)\(b\) and $c$$d$ and \(\text{cost } \$5\)", ("and",), 5),
    Answer(
        "So we get \\[\nx = 1\n\\]\nDone.", ("So we get", "Done."), 1, elements=(".katex-display",)
    ),
    Answer("\\[\nx = 1 \\\\\n\ny = 2\n\\]\nand \\(a +\nb\\)", ("and",), 2),
    Answer(r"\[1\] Smith 2020", ("[1] Smith 2020",)),
    Answer(
        "https://h.example/u?$filter=x&$select=id and www.h.example/a--b:c with \\(x\\)",
        formulas=1,
        elements=(
            'a[href="https://h.example/u?$filter=x&$select=id"]',
            'a[href="http://www.h.example/a--b:c"]',
        ),
    ),
    Answer('<a href="https://x.example/a">link</a>', ("</a>",)),
    Answer('[docs](</a b>) [t](https://x.example "t -> :cat:")', ("docs t",), elements=("a",)),
    Answer("[^1]: A note.\n\nText[^1]", ("[^1]: A note.", "Text[^1]")),
    Answer(
        "So:\n```mermaid\nflowchart LR\n A --> B\n```",
        ("So:\n\nmermaid",),
        code=("flowchart LR\n A --> B",),
    ),
    # Pictures that would be fetched if Streamlit's parser saw no code where we see it
    Answer("[a](b`) ![x](https://h.example/1.png) `", ("x (h.example)",)),
    Answer('[a](b "`") ![x](https://h.example/2.png) `', ("x (h.example)",)),
    Answer("[a](<b`>) ![x](https://h.example/3.png) `", ("x (h.example)",)),
    Answer("https://a.example/` ![x](https://h.example/4.png) `"),
    Answer("[`]: https://q.example\n\n[a][`] ![x](https://h.example/5.png) `"),
    Answer(
        "[^1]: foo\n\n    ![x](https://h.example/6.png)\n\ntext[^1]",
        code=("![x](https://h.example/6.png)",),
    ),
    Answer(
        '```mermaid\nflowchart LR\n A@{ img: "https://h.example/7.png" }\n```',
        code=('flowchart LR\n A@{ img: "https://h.example/7.png" }',),
    ),
    Answer("wow!![x](https://h.example/8.png)", ("x (h.example)",)),
    Answer("<`@b.cd> ![x](https://h.example/9.png) `"),
    Answer("a\n>-\n    ![x](https://h.example/10.png)"),
    Answer("> a ` | `![x](https://h.example/11.png)` |\n-|-"),
    Answer("[https://h.example?$ a `$ ![x](https://h.example/16.png)` \\(y\\)", formulas=1),
    Answer("``\n\n`![x](https://h.example/12.png)`", ("![x](https://h.example/12.png)",)),
    Answer(
        "![a [b] c](https://h.example/13.png) ![a\nb](https://h.example/14.png 'title') "
        "![c][d] [see ![e](https://h.example/15.png) here](https://x.example)",
        ("a [b] c (h.example)", "a b (h.example)", "see", "e (h.example) here"),
    ),
    # Emphasis, and what is none
    Answer(
        "2 ** 3, a*b*c, x**2 + y**2, snake_case and **N**ational",
        ("2 ** 3, a*b*c, x**2 + y**2, snake_case and National",),
        elements=('strong:text("N")',),
    ),
    Answer("它占**50%**，公式**$x^2$**和**`code`**的", ("它占50%，公式", "和code的"), 1),
    # Whole pages, in Chinese, Japanese, Korean, Arabic and Hebrew
    *PAGES,
    # What is too wide
    Answer(WIDE, formulas=2, code=(LONG,), elements=("h1", "td code", "blockquote code")),
    # Lines and headings
    Answer(
        "Roses are red,\nviolets are blue.\n\n12 Main Street  \nSpringfield",
        ("Roses are red,\nviolets are blue.", "12 Main Street\nSpringfield"),
    ),
    Answer(
        "# One\n\n## Two -> 2\n\nText\nsetext $5\n=========",
        ("One", "Two -> 2", "setext $5"),
        elements=("h1", "h2"),
    ),
    Answer(
        "- [x] done\n- [ ] open\n\n~~gone~~ **bold** *it* 你好，世界 مرحبا 👋🏽",
        ("done", "bold it 你好，世界 مرحبا 👋🏽"),
        elements=("del", "strong", "em", "input"),
    ),
)
