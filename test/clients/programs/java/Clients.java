import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;

/** What the getting-started page of elasticsearch-java shows. Prints one JSON object. */
public class Clients {
  static final Map<String, Object> seen = new LinkedHashMap<>();

  interface Step {
    Object run() throws Exception;
  }

  static void step(String title, Step run) {
    try {
      seen.put(title, run.run());
    } catch (ElasticsearchException error) {
      seen.put(title, error.error().type() + ": " + error.error().reason());
    } catch (Exception error) {
      seen.put(title, "error: " + error);
    }
  }

  public static void main(String[] args) throws Exception {
    var address = java.net.URI.create(args[0]);
    var index = args[1];
    var host = new HttpHost(address.getHost(), address.getPort(), address.getScheme());
    var rest = RestClient.builder(host).setPathPrefix(address.getPath()).build();
    var client = new ElasticsearchClient(new RestClientTransport(rest, new JacksonJsonpMapper()));
    step("ping", () -> client.ping().value());
    step("info", () -> client.info().version().number());
    step("create", () -> client.indices().create(c -> c.index(index).mappings(m -> m
        .properties("title", p -> p.text(t -> t)).properties("n", p -> p.long_(l -> l)))).acknowledged());
    step("exists", () -> client.indices().exists(e -> e.index(index)).value());
    step("bulk", () -> client.bulk(b -> {
      for (int n = 0; n < 20; n++) {
        var document = Map.of("title", "book " + n, "n", n);
        b.operations(o -> o.index(i -> i.index(index).document(document)));
      }
      return b;
    }).errors());
    step("index", () -> client.index(i -> i.index(index).document(Map.of("title", "Winter", "n", 99))).result().jsonValue());
    step("refresh", () -> client.indices().refresh(r -> r.index(index)).shards().failed());
    step("search", () -> client.search(s -> s.index(index).query(q -> q.match(m -> m.field("title").query("book")))
        .trackTotalHits(t -> t.enabled(true)), Map.class).hits().total().value());
    step("aggregation", () -> client.search(s -> s.index(index).size(0)
        .aggregations("most", a -> a.max(m -> m.field("n"))), Map.class).aggregations().get("most").max().value());
    step("count", () -> client.count(c -> c.index(index)).count());
    step("get", () -> client.get(g -> g.index(index).id("1"), Map.class).found());
    step("missing index", () -> client.search(s -> s.index("nowhere"), Map.class).took());
    step("health", () -> client.cluster().health().status().jsonValue());
    step("delete", () -> client.indices().delete(d -> d.index(index)).acknowledged());
    System.out.println(new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(seen));
    rest.close();
  }
}
