// How the clerk's page looks: on a screen, on a phone, on A4. Colour never says anything alone; the shapes are drawn, so that they print
// without background graphics and in any font.
#pragma once

#include <string_view>

namespace mohr::verify {

inline constexpr char kHtmlStyle[] = R"css(
body{font-family:Vazirmatn,"DejaVu Sans","Noto Sans Arabic",sans-serif;margin:0 auto;max-width:46rem;padding:1rem;line-height:1.6;
color:#1a1a1a;background:#fff;overflow-wrap:anywhere}
h2{font-size:1rem;margin:0 0 .3rem;color:#444}
section,article{margin:.9rem 0}
p,ul,ol,dl,dd{margin:0}
.verdict{display:grid;grid-template-columns:auto 1fr;gap:1.5rem;align-items:center;border:.35rem solid;border-radius:.6rem;
padding:1.4rem;min-height:8rem}
.verdict svg{width:6.5rem;height:6.5rem}
.verdict p{color:#1a1a1a}
.accept{color:#1b6e3c}.hold{color:#8a5a00}.reject{color:#a11616}.none{color:#555}
h1{font-size:3rem;line-height:1.3;margin:0}
.reason{font-size:1.25rem}
.next{font-size:1.1rem;font-weight:bold;margin-top:.3rem!important}
.owner,.small{font-size:.85rem;color:#444}
.demo{border:.15rem dashed #a11616;padding:.3rem .8rem;margin:.8rem 0;font-weight:bold}
.card{border:1px solid #767676;border-radius:.4rem;padding:.6rem .9rem}
.name{font-size:1.2rem;font-weight:bold}
.times{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.3rem 1rem;list-style:none;padding:0}
.times li{border-top:.2rem solid #1a1a1a;padding-top:.2rem}
.times b{display:block}
.two{display:grid;grid-template-columns:3fr 2fr;gap:1.2rem}
.checks{list-style:none;padding:0}
.checks li{display:grid;grid-template-columns:1.5em 1fr auto;gap:.2rem}
dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.1rem 1rem}dt{color:#444}dd{min-width:0}
.chain{list-style:none;padding:0}
.chain li{padding-inline-start:1.2rem;border-inline-start:.15rem solid #767676}
ul{padding-inline-start:1.3rem}
.id{font-family:"DejaVu Sans Mono",monospace;font-size:.85em}
nav{margin-bottom:.6rem}
details{margin-top:.8rem}summary{cursor:pointer}
footer{border-top:1px solid #767676;padding-top:.3rem;margin-top:.8rem}
@media(max-width:34rem){.verdict,.two{grid-template-columns:1fr}.verdict svg{width:4.5rem;height:4.5rem}h1{font-size:2.2rem}}
@media print{@page{size:A4;margin:12mm}body{max-width:none;padding:0;font-size:9.5pt;line-height:1.36}h1{font-size:24pt}
section,article{margin:.4rem 0}section{break-inside:avoid}details:not([open]),nav{display:none}
.verdict{padding:.7rem 1rem;min-height:0}.two{grid-template-columns:3fr 2fr}.verdict{grid-template-columns:auto 1fr}}
)css";

// A square with a tick, a circle with two bars, an octagon with a cross, an empty circle.
inline constexpr char kAcceptShape[] =
    R"(<svg viewBox="0 0 100 100" aria-hidden=true><rect x=4 y=4 width=92 height=92 rx=8 fill=currentColor /><path d="M24 53l18 19 35-43" fill=none stroke=#fff stroke-width=11 /></svg>)";
inline constexpr char kHoldShape[] =
    R"(<svg viewBox="0 0 100 100" aria-hidden=true><circle cx=50 cy=50 r=46 fill=currentColor /><path d="M39 28v44M61 28v44" fill=none stroke=#fff stroke-width=11 /></svg>)";
inline constexpr char kRejectShape[] =
    R"(<svg viewBox="0 0 100 100" aria-hidden=true><path d="M31 4h38l27 27v38l-27 27h-38l-27-27v-38z" fill=currentColor /><path d="M31 31l38 38M69 31l-38 38" fill=none stroke=#fff stroke-width=11 /></svg>)";
inline constexpr char kNoneShape[] =
    R"(<svg viewBox="0 0 100 100" aria-hidden=true><circle cx=50 cy=50 r=42 fill=none stroke=currentColor stroke-width=8 /></svg>)";

}  // namespace mohr::verify
