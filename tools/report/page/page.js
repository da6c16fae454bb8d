"use strict";
(function () {
  var typed = "";

  var units = {
    ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86400
  };

  /* The number that a text begins with: "+12.5", ">=1.2s", "2m05s". */
  function number(text) {
    var rest = text.replace(/^[\s[<>=]+/, "").replace(/,(?=\d)/g, "");
    var sum = 0;
    var found = false;
    var part;

    while ((part = /^([-+]?[\d.]+) ?(ns|us|ms|s|m|h|d)?/.exec(rest))) {
      sum += Number(part[1]) * (part[2] ? units[part[2]] : 1);
      rest = rest.slice(part[0].length);
      found = true;
      if (!part[2]) break;
    }
    return found ? sum : NaN;
  }

  function value(row, column) {
    var first = row.cells[column].firstChild;
    var text = first ? first.textContent.trim() : "";
    var sum = number(text);

    return isNaN(sum) ? text : sum;
  }

  function before(a, b) {
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }

  function sort(table, head) {
    var down = head.getAttribute("aria-sort") === "ascending";
    var body = table.tBodies[0];
    var sign = down ? -1 : 1;
    table.querySelectorAll("[aria-sort]").forEach(function (other) {
      other.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    Array.from(body.rows).sort(function (a, b) {
      return sign * before(value(a, head.cellIndex), value(b, head.cellIndex));
    }).forEach(function (row) { body.appendChild(row); });
  }

  function filter() {
    document.querySelectorAll("table.rows tbody tr").forEach(function (row) {
      var text = row.cells[0].textContent.toLowerCase();
      row.classList.toggle("gone", !row.classList.contains("base") &&
        text.indexOf(typed.toLowerCase()) < 0);
    });
  }

  /* The hash is that of a heading, then the filter: "#op-2&f=web". */
  function parts() {
    return location.hash.slice(1).split("&");
  }

  function keep() {
    var place = parts()[0];
    if (place.indexOf("f=") === 0) place = "";
    history.replaceState(null, "", "#" + [place,
      typed ? "f=" + encodeURIComponent(typed) : ""].filter(Boolean).join("&"));
  }

  function read(input) {
    var place = document.getElementById(parts()[0]);
    parts().forEach(function (part) {
      if (part.indexOf("f=") !== 0) return;
      try { typed = decodeURIComponent(part.slice(2)); } catch (e) { return; }
    });
    input.value = typed;
    filter();
    if (place && parts().length > 1) place.scrollIntoView();
  }

  function begin() {
    var label = document.createElement("label");
    var input = document.createElement("input");

    document.querySelectorAll("table.rows").forEach(function (table) {
      table.querySelectorAll("thead tr:last-child th").forEach(function (head) {
        var button = document.createElement("button");
        button.type = "button";
        while (head.firstChild) button.appendChild(head.firstChild);
        head.appendChild(button);
        button.addEventListener("click", function () { sort(table, head); });
      });
    });
    label.className = "filter";
    label.textContent = "Show policies whose names have ";
    input.type = "search";
    label.appendChild(input);
    document.querySelector("nav").appendChild(label);
    input.addEventListener("input", function () {
      typed = input.value;
      filter();
      keep();
    });
    window.addEventListener("hashchange", function () {
      if (/(^#|&)f=/.test(location.hash)) read(input);
      else if (typed) keep();
    });
    read(input);
  }

  begin();
})();
