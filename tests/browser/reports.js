/* Opens reports in Chromium; prints TAP. Arguments: the browser, and the folder
 * with argus-1h.html and hostile.html, where screenshots go. */
/* SPDX-License-Identifier: MIT */
"use strict";
const fs = require("fs");
const path = require("path");
const url = require("url");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [executablePath, folder] = process.argv.slice(2);
const wide = { width: 1280, height: 900 };
const phone = { width: 360, height: 740 };
/* A page that can be sent by mail has no more. */
const bytesMost = 400000;
let count = 0, failed = 0;

function result(what, problems) {
  count++;
  if (problems.length === 0) {
    console.log(`ok ${count} - ${what}`);
    return;
  }
  failed++;
  console.log(`not ok ${count} - ${what}`);
  problems.slice(0, 20).forEach((line) => {
    console.log(`# ${String(line).slice(0, 500).replace(/\n/g, " ")}`);
  });
}

function address(name, hash) {
  return url.pathToFileURL(path.join(folder, `${name}.html`)).href + (hash || "");
}

/* A page that notes everything that it must not do. */
async function open(browser, name, options) {
  const page = await browser.newPage();
  const wrong = [];

  page.setDefaultTimeout(60000);
  page.on("console", (message) => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address(name))
      wrong.push(`request: ${request.url()}`);
  });
  await page.setViewport(options.size);
  await page.setJavaScriptEnabled(options.scripts !== false);
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: options.theme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.goto(address(name, options.hash), { waitUntil: "load" });
  return { page, wrong };
}

function screenshot(page, name) {
  return page.screenshot({ path: path.join(folder, `${name}.png`),
    fullPage: true, captureBeyondViewport: true });
}

/* Texts that are on the page and can be seen. */
function seen(page, texts) {
  return page.evaluate((wanted) => {
    const shown = document.body.innerText;
    return wanted.filter((text) => !shown.includes(text));
  }, texts);
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ["violations"],
  }));
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}): ${node.target}: ${node.failureSummary}`));
}

/* What sticks out of the page sideways. */
function sideways(page) {
  return page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [`${root.scrollWidth} > ${root.clientWidth}`].concat(
      Array.from(document.querySelectorAll("body *")).filter((element) =>
        element.getBoundingClientRect().right > root.clientWidth + 1)
        .slice(0, 5).map((element) => element.outerHTML.slice(0, 150)));
  });
}

async function look(browser, name, theme, size) {
  const what = `${name}, ${theme}, ${size.width} px`;
  const { page, wrong } = await open(browser, name, { theme, size });

  result(`${what}: axe finds nothing`, await violations(page));
  result(`${what}: nothing is beyond the side`, await sideways(page));
  await screenshot(page, `${name}-${theme}-${size.width}`);
  result(`${what}: no message, no request`, wrong);
  await page.close();
}

async function withoutScripts(browser) {
  const { page, wrong } = await open(browser, "argus-1h",
    { theme: "light", size: wide, scripts: false });

  result("without scripts, the answers can be read", await seen(page,
    ["keep WEBHOOK", "switch to PERSISTENT", "describe_image"]));
  result("without scripts: no message, no request", wrong);
  await page.close();
}

async function print(browser) {
  const { page, wrong } = await open(browser, "argus-1h",
    { theme: "dark", size: wide });
  await page.emulateMediaType("print");
  const back = await page.evaluate(() =>
    getComputedStyle(document.documentElement).backgroundColor);

  result("printed, the answers can be read", await seen(page,
    ["keep WEBHOOK", "switch to PERSISTENT"]));
  result("paper is white, also in a dark theme",
    ["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(back) ? [] : [back]);
  /* The paper's width in landscape, without its margins. */
  await page.setViewport({ width: 1047, height: 740 });
  result("no table is wider than the paper", await page.evaluate(() =>
    Array.from(document.querySelectorAll("table")).filter((table) =>
      table.scrollWidth > document.documentElement.clientWidth).map((table) =>
      `${table.className} ${table.scrollWidth}`)));
  await screenshot(page, "argus-1h-print");
  await page.pdf({ path: path.join(folder, "argus-1h.pdf"), format: "A4" });
  result("printed: no message, no request", wrong);
  await page.close();
}

function rowsShown(page) {
  return page.evaluate(() => Array.from(
    document.querySelectorAll("table.rows tbody tr")).filter((row) =>
    row.offsetHeight > 0).map((row) => row.cells[0].textContent +
      (row.classList.contains("base") ? " base" : "")));
}

async function filter(browser) {
  const { page, wrong } = await open(browser, "argus-1h",
    { theme: "light", size: wide, hash: "#&f=Persist" });
  const rows = await rowsShown(page);
  const others = rows.filter((row) => !/persist| base$/i.test(row));

  result("the filter in the URL is used", rows.some((row) =>
    /PERSISTENT/.test(row)) ? others : ["no row"]);
  await page.$eval("input[type=search]", (input) => { input.value = ""; });
  await page.type("input[type=search]", "quick");
  const after = await rowsShown(page);
  result("what is typed filters", after.some((row) => /QUICK/.test(row)) ?
    after.filter((row) => !/quick| base$/i.test(row)) : ["no row"]);
  const hash = await page.evaluate(() => location.hash);
  result("and goes into the URL", /[#&]f=quick$/.test(hash) ? [] : [hash]);
  await page.evaluate(() => { location.hash = "#f=WEB"; });
  await page.waitForFunction(() =>
    document.querySelector("input[type=search]").value === "WEB");
  const pasted = await rowsShown(page);
  result("a link with another filter, pasted, is obeyed", pasted.some((row) =>
    /WEBHOOK/.test(row)) ? pasted.filter((row) => !/web| base$/i.test(row)) :
    ["no row"]);
  await page.click("table.rows thead tr:last-child th:nth-child(2) button");
  result("a heading sorts", await page.evaluate(() =>
    document.querySelectorAll("th[aria-sort]").length === 1 ? [] :
      ["no heading says so"]));
  result("with the filter: no message, no request", wrong);
  await page.close();
}

async function hostile(browser) {
  const { page, wrong } = await open(browser, "hostile",
    { theme: "light", size: wide });
  const size = fs.statSync(path.join(folder, "hostile.html")).size;

  result("hostile names make no elements", await page.evaluate(() =>
    Array.from(document.querySelectorAll("img, iframe, object, embed, form, " +
      "link, base, [onload], [onerror], body script:not(:last-of-type), " +
      "a[href]:not([href^='#'])")).map((element) => element.outerHTML)));
  result("hostile names are there as text", await seen(page,
    ["</script><img src=x onerror=alert(1)>",
      "<img src=x onerror=alert(3)> | `x` [y](javascript:alert(4)) @team"]));
  result(`${bytesMost} bytes are enough for 15 policies and 10 operations`,
    size <= bytesMost ? [] : [size]);
  result("hostile names: no message, no request", wrong);
  await page.close();
}

/* Each check notices what it is there for. */
async function faulty(browser) {
  const { page, wrong } = await open(browser, "faulty",
    { theme: "light", size: phone });
  const found = (await violations(page)).join();
  const missed = ["image-alt", "color-contrast", "html-has-lang"].filter(
    (rule) => !found.includes(rule));

  if ((await sideways(page)).length === 0) missed.push("too wide");
  if (!wrong.some((line) => /a message/.test(line))) missed.push("message");
  if (!wrong.some((line) => /none\.png/.test(line))) missed.push("request");
  if ((await seen(page, ["not there"])).length !== 1) missed.push("text");
  result("faults of a page are noticed", missed);
  await page.close();
}

async function main() {
  const browser = await puppeteer.launch({
    executablePath,
    headless: true,
    timeout: 120000,
    /* Its sandbox refuses root, and /dev/shm is small in containers. */
    args: ["--disable-dev-shm-usage", "--disable-gpu"].concat(
      process.getuid() === 0 ? ["--no-sandbox"] : []),
  });
  try {
    await faulty(browser);
    for (const theme of ["light", "dark"])
      for (const size of [wide, phone])
        await look(browser, "argus-1h", theme, size);
    await look(browser, "hostile", "light", wide);
    await look(browser, "hostile", "dark", phone);
    await withoutScripts(browser);
    await print(browser);
    await filter(browser);
    await hostile(browser);
  } finally {
    await browser.close();
  }
  console.log(`1..${count}`);
}

main().catch((error) => {
  console.log(`Bail out! ${error.stack.replace(/\n/g, " ")}`);
  process.exitCode = 1;
});
