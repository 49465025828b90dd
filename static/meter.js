// The meter moves with every batch of an answer; all but these numbers stays as it is.
export function moveMeter([reply, room, number, share]) {
  const row = document.querySelector(".meter li.reply");
  if (!row) return;
  const meter = row.closest(".meter");
  row.querySelector("b").textContent = number;
  if (share) meter.querySelector("small").textContent = share;
  meter.querySelector("i.reply").style.flexGrow = reply;
  meter.querySelector("u").style.flexGrow = room;
}
