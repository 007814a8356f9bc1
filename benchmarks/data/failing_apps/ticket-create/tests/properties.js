function prop_ticket_belongs_to_the_project(input, output) {
  return output.ticket.startsWith(input.project + "-");
}

function prop_url_ends_with_the_ticket(input, output) {
  return output.url.endsWith("/" + output.ticket);
}
