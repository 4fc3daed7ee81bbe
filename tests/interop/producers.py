"""Programs that make the PDFs people sign, run afresh: LibreOffice, Cairo (through librsvg), Chromium. And Chromium as the printer of our reports."""
import re
import unicodedata

PACKAGES = {"soffice": "libreoffice-writer-nogui fonts-dejavu-core", "rsvg-convert": "librsvg2-bin fonts-dejavu-core",
            "chromium": "chromium fonts-dejavu-core"}
LINES = ("سازمان نمونهٔ خدمات (نمایشی)", "موضوع: پاسخ استعلام شمارهٔ ۱۴۰۵-۷۷۰۱", "با سلام و احترام؛ نتیجهٔ بررسی پروندهٔ ساختگی «نمونه» اعلام می‌شود.",
         "بهای نمونه: ۱٬۲۳۴٬۵۶۷٬۰۰۰ ریال", "این سند ساختگی است. Demonstration only.")

HTML = """<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>نامهٔ نمایشی</title>
<body style="font: 14pt 'DejaVu Sans'">%s</body></html>"""
FODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles><style:style style:name="P1" style:family="paragraph"><style:paragraph-properties fo:text-align="end"
 style:writing-mode="rl-tb"/></style:style></office:automatic-styles>
<office:body><office:text>%s</office:text></office:body></office:document>"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="595" height="842">%s</svg>"""


def make_office(call, folder):
    source = folder / "letter-office.fodt"
    source.write_text(FODT % "".join(f'<text:p text:style-name="P1">{line}</text:p>' for line in LINES))
    call("soffice", "--headless", f"-env:UserInstallation=file://{folder}/office", "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, source)
    return folder / "letter-office.pdf"


def make_cairo(call, folder):
    source, target = folder / "letter-cairo.svg", folder / "letter-cairo.pdf"
    source.write_text(SVG % "".join(f'<text x="560" y="{60 + 40 * i}" direction="rtl" font-family="DejaVu Sans" font-size="16">{line}</text>'
                                    for i, line in enumerate(LINES)))
    call("rsvg-convert", "--format", "pdf", "--output", target, source)
    return target


def make_browser(call, folder):
    source = folder / "letter-browser.html"
    source.write_text(HTML % "".join(f"<p>{line}</p>" for line in LINES))
    return print_page(call, folder, source)


PRODUCERS = {"LibreOffice": make_office, "Cairo": make_cairo, "Chromium": make_browser}


def print_page(call, folder, page):
    """What a clerk's browser prints. Without its sandbox, which root and containers do not allow; the page is ours and asks for nothing."""
    target = page.with_suffix(".pdf")
    call("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/browser", "--no-pdf-header-footer",
         f"--print-to-pdf={target}", f"file://{page}")
    return target


def plain(text):
    """Letters as they were typed: no presentation forms, no direction marks; hamza in the place that its PDF gave it is left out."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", " ", "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Mn")))


def layout_faults(call, paper):
    """What is wrong with a printed report: not one A4 page, or words beyond its edges."""
    facts = call("pdfinfo", paper)
    if not re.search(r"^Pages:\s+1$", facts, re.M) or "(A4)" not in facts:
        return "it is not one A4 page: " + " ".join(re.findall(r"^(?:Pages|Page size):.*$", facts, re.M))
    page = call("pdftotext", "-bbox", paper, "-")
    width = float(re.search(r'<page width="([\d.]+)"', page)[1])
    beyond = [word for left, right, word in re.findall(r'xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)"[^>]*>([^<]*)<', page)
              if float(left) < 0 or float(right) > width]
    return f"words beyond the edge: {beyond[:3]}" if beyond else ""
