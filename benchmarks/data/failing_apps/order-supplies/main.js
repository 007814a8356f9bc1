const SHOP = "https://shop.paperclip.example/v1";

function main({ sku, quantity }, host) {
  const article = call(host, { url: `${SHOP}/articles/${sku}` }, 200);
  if (typeof article.price?.amount !== "number" || typeof article.stock?.available !== "number") {
    throw new Error("shop_unavailable");
  }
  if (article.stock.available < quantity) throw new Error("out_of_stock");
  const lines = [{ sku, quantity }];
  const order = call(
    host,
    {
      method: "POST",
      url: `${SHOP}/orders`,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ lines, currency: article.price.currency }),
    },
    201,
  );
  if (!Number.isInteger(order.id) || !Number.isInteger(order.delivery_days)) throw new Error("order_unclear");
  return {
    order: order.id,
    total: Math.round(article.price.amount * quantity * 100) / 100,
    arrives: new Date(host.now() + order.delivery_days * 86400000).toISOString().slice(0, 10),
  };
}

function call(host, request, expected) {
  let reply;
  let data;
  try {
    reply = host.http(request);
    data = JSON.parse(reply.body).data;
  } catch (error) {
    throw new Error(request.method === "POST" ? "order_unclear" : "shop_unavailable");
  }
  if (reply.status === 404 && request.method !== "POST") throw new Error("unknown_article");
  if (reply.status !== expected || data === null || typeof data !== "object") {
    throw new Error(request.method === "POST" ? "order_unclear" : "shop_unavailable");
  }
  return data;
}
