// Menus (details), the navigation drawer on small screens, and dialogs that close by their button.
const close = (menu, back) => {
  menu.open = false;
  if (back) menu.querySelector("summary").focus();
};

export function closeMenus() {
  const open = [...document.querySelectorAll("details.menu[open]")];
  open.forEach((menu) => close(menu, menu.contains(document.activeElement)));
  const drawer = document.documentElement.classList.contains("nav-is-open");
  document.documentElement.classList.remove("nav-is-open");
  return open.length > 0 || drawer;
}

export function startMenus() {
  document.addEventListener("click", (event) => {
    const here = event.target.closest("details.menu");
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== here || event.target.closest(".menu-list a")) close(menu, false);
    }
    if (event.target.closest("[data-nav-toggle]")) {
      event.preventDefault();
      const open = document.documentElement.classList.toggle("nav-is-open");
      if (open) document.querySelector(".sidenav a[aria-current], .sidenav a").focus();
    } else if (!event.target.closest(".sidenav") || event.target.closest("[data-nav-close]")) {
      document.documentElement.classList.remove("nav-is-open");
    }
    if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close();
    if (event.target.closest("[data-show-keys]")) document.getElementById("keys").showModal();
  });
}
