/** How the page of docs.ts looks. */
export const style = `
:root{color-scheme:light dark;--text:#1d2430;--faint:#5b6575;--line:#dfe4ea;--back:#fff;--side:#f6f8fa;
--code:#f2f4f7;--link:#0b57d0;--get:#0b62c4;--post:#1a7f37;--patch:#9a6700;--delete:#c2261d}
@media (prefers-color-scheme:dark){:root{--text:#e4e8ee;--faint:#9aa5b4;--line:#303843;--back:#14181e;
--side:#1a2027;--code:#20272f;--link:#7cb0ff;--get:#388bfd;--post:#3fb950;--patch:#d29922;--delete:#f85149}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;display:grid;grid-template-columns:18rem minmax(0,1fr);color:var(--text);
background:var(--back);font:16px/1.55 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.5rem 1rem;background:var(--side);
border-right:1px solid var(--line);font-size:.875rem}
nav h2{margin:1.25rem 0 .25rem;font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--faint)}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:flex;gap:.5rem;align-items:baseline;padding:.2rem .4rem;border-radius:.35rem;color:inherit;
text-decoration:none;overflow-wrap:anywhere}
nav a:hover{background:var(--code)}
nav .method{font-size:.6rem;min-width:3.6em;padding:.1rem .25rem}
main{padding:2rem 3rem 6rem;max-width:64rem}
h1{margin:0 0 .25rem;font-size:2rem;line-height:1.2}
h1 small{font-size:.9rem;font-weight:500;color:var(--faint);vertical-align:middle}
main>section>h2{margin:3rem 0 1rem;padding-bottom:.4rem;border-bottom:2px solid var(--line);font-size:1.4rem}
article{margin:0 0 2rem;padding:1.25rem 1.5rem;border:1px solid var(--line);border-radius:.6rem}
article:target{border-color:var(--link)}
h3{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;margin:0;font-size:1.05rem}
h4{margin:1.25rem 0 .4rem;font-size:.8rem;letter-spacing:.05em;text-transform:uppercase;color:var(--faint)}
a{color:var(--link)}
p{margin:.5rem 0}
.summary{font-size:1.05rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.85em}
code{padding:.1em .3em;border-radius:.25rem;background:var(--code);overflow-wrap:anywhere}
code.path{background:none;padding:0;font-size:1.05rem;font-weight:600}
pre{margin:.4rem 0;padding:.75rem 1rem;overflow-x:auto;border-radius:.4rem;background:var(--code);line-height:1.45}
table{width:100%;border-collapse:collapse;font-size:.9rem}
th{padding:.3rem .75rem .3rem 0;text-align:left;font-weight:600;color:var(--faint);border-bottom:1px solid var(--line)}
td{padding:.4rem .75rem .4rem 0;vertical-align:top;border-bottom:1px solid var(--line)}
td:first-child,th:first-child{width:28%}td:nth-child(2):not(:last-child){width:34%}
td small{display:block;color:var(--faint)}
tr:last-child td{border-bottom:0}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--link);font-size:.9rem}
.method{display:inline-block;min-width:4.2em;padding:.15rem .4rem;border-radius:.3rem;text-align:center;
font-size:.72rem;font-weight:700;letter-spacing:.03em;color:#fff;background:var(--faint)}
.method.get{background:var(--get)}.method.post{background:var(--post)}
.method.patch,.method.put{background:var(--patch)}.method.delete{background:var(--delete)}
.session,.required{padding:.05rem .45rem;border:1px solid var(--line);border-radius:1rem;font-size:.7rem;
font-weight:500;color:var(--faint);white-space:nowrap}
.required{color:var(--delete);border-color:currentColor}
.status{display:inline-block;min-width:2.6em;padding:.05rem .4rem;border-radius:.3rem;text-align:center;
font-size:.8rem;font-weight:700;background:var(--code)}
.status.s2{color:var(--post)}.status.s3{color:var(--get)}.status.s4{color:var(--patch)}.status.s5{color:var(--delete)}
@media (max-width:56rem){body{display:block}nav{position:static;height:auto;border-right:0;
border-bottom:1px solid var(--line)}main{padding:1.25rem 1rem 4rem}}
`
