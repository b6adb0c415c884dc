/* Sorting and filtering of tables, records that open when linked to, and the language switch. Asks no other host. */
(function () {
  "use strict";

  function cellValue(row, column) {
    var cell = row.cells[column];
    return cell ? cell.textContent.trim() : "";
  }

  function asNumber(text) {
    var plain = text.replace(/[,\s%]/g, "").replace("−", "-").replace(/^[A-Z]{3}/, "");
    return plain !== "" && isFinite(plain) ? Number(plain) : null;
  }

  function compare(a, b) {
    if (a === b) return 0;
    if (a === "" || a === "–") return 1;
    if (b === "" || b === "–") return -1;
    var x = asNumber(a), y = asNumber(b);
    return x !== null && y !== null ? x - y : a.localeCompare(b, document.documentElement.lang);
  }

  function sortBy(table, column, heading) {
    var body = table.tBodies[0];
    var down = heading.getAttribute("aria-sort") === "ascending";
    var rows = Array.prototype.slice.call(body.rows);
    var keys = new Map(rows.map(function (row) { return [row, cellValue(row, column)]; }));
    rows.sort(function (a, b) {
      var x = keys.get(a), y = keys.get(b), order = compare(x, y);
      var isGap = x === "" || y === "" || x === "–" || y === "–";
      return down && !isGap ? -order : order;
    });
    table.querySelectorAll("th[aria-sort]").forEach(function (th) { th.removeAttribute("aria-sort"); });
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.forEach(function (row) { body.appendChild(row); });
  }

  function makeSortable(table) {
    if (table.dataset.kamReady || !table.tHead) return;
    table.dataset.kamReady = "1";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (heading, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      heading.textContent = "";
      heading.appendChild(button);
      button.addEventListener("click", function () { sortBy(table, column, heading); });
    });
  }

  function applyFilter(form, table) {
    var wanted = new FormData(form), shown = 0;
    var words = String(wanted.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
    Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
      var text = (row.textContent + " " + (row.dataset.text || "")).toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      wanted.forEach(function (value, name) {
        if (name !== "text" && value && (row.dataset[name] || "").split("¦").indexOf(value) < 0) fits = false;
      });
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    var count = document.querySelector('[data-kam-count="' + table.id + '"]');
    if (count) {
      count.textContent = count.dataset.kamWords.replace("{n}", shown).replace("{m}", table.tBodies[0].rows.length);
    }
    var empty = document.querySelector('[data-kam-empty="' + table.id + '"]');
    if (empty) empty.hidden = shown > 0;
  }

  /* A choice such as “due for me”: taken from the address (?person=li-ming), else what was chosen here last time. */
  function recall(form) {
    var name = form.dataset.kamRemember, field = name && form.elements[name];
    if (!field) return;
    var wanted = new URLSearchParams(location.search).get(name);
    try { if (wanted === null) wanted = localStorage.getItem("kam-" + name); } catch (error) { /* not allowed */ }
    var known = Array.prototype.some.call(field.options, function (each) { return each.value === wanted; });
    if (known) field.value = wanted;
    field.addEventListener("change", function () { remember(form); });
  }

  function remember(form) {
    var name = form.dataset.kamRemember, field = name && form.elements[name];
    try { if (field) localStorage.setItem("kam-" + name, field.value); } catch (error) { /* not allowed */ }
  }

  function makeFilter(form) {
    var table = document.getElementById(form.dataset.kamFilter);
    if (form.dataset.kamReady || !table) return;
    form.dataset.kamReady = "1";
    var refresh = function () { applyFilter(form, table); };
    form.addEventListener("input", refresh);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("reset", function () { setTimeout(function () { remember(form); refresh(); }, 0); });
    recall(form);
    refresh();
  }

  function openTarget() {
    var name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch (error) { return; }
    var target = name && document.getElementById(name);
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView({ block: "start" });
    }
  }

  function keepPageInLanguages() {
    var mark = document.querySelector("template[data-kam-page]");
    document.querySelectorAll("a[data-kam-language]").forEach(function (link) {
      if (!link.kamRoot) link.kamRoot = new URL(link.dataset.kamLanguage, location.href).href;
      if (mark) link.href = link.kamRoot + mark.dataset.kamPage;
    });
  }

  /* The theme scrolls the list at the side to the page's own entry, wherever that cuts the entry at the top. */
  function showWholeEntries() {
    var box = document.querySelector(".md-sidebar--primary .md-sidebar__scrollwrap");
    if (!box || box.kamReady) return;
    box.kamReady = true;
    var isOurs = true;
    ["wheel", "touchstart", "pointerdown", "keydown"].forEach(function (each) {
      box.addEventListener(each, function () { isOurs = false; }, { passive: true });
    });
    var align = function () { if (isOurs) alignEntries(box); };
    box.addEventListener("scroll", align);
    align();
  }

  function alignEntries(box) {
    var links = Array.prototype.filter.call(box.querySelectorAll(".md-nav__link"), function (each) {
      return each.offsetHeight > 0;
    });
    var heads = links.filter(function (each) { return getComputedStyle(each).position === "sticky"; });
    var edge = heads.length ? heads[0].getBoundingClientRect().bottom : box.getBoundingClientRect().top, gap = 6;
    var cut = links.find(function (each) {
      var place = each.getBoundingClientRect();
      return heads.indexOf(each) < 0 && place.top < edge + gap && place.bottom > edge + 1;
    });
    if (cut && box.scrollTop > 0) box.scrollTop -= Math.ceil(edge + gap - cut.getBoundingClientRect().top);
  }

  function start() {
    document.querySelectorAll("table.kam-sortable").forEach(makeSortable);
    document.querySelectorAll("form[data-kam-filter]").forEach(makeFilter);
    keepPageInLanguages();
    showWholeEntries();
    openTarget();
  }

  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.kam-record").forEach(function (each) { each.open = true; });
  });
  if (window.document$) window.document$.subscribe(start);
  else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
