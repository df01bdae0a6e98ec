import java.net.InetSocketAddress;
import java.util.EnumSet;
import javax.servlet.DispatcherType;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;

/** Serves Solr at http://127.0.0.1:PORT/solr; solr.solr.home is a system property. */
public final class Launcher {
    public static void main(String[] arguments) throws Exception {
        Server server = new Server(
            new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])));
        ServletContextHandler solr = new ServletContextHandler(server, "/solr");
        solr.addEventListener(new CoreContainerProvider());
        solr.addFilter(SolrDispatchFilter.class, "/*", EnumSet.of(DispatcherType.REQUEST));
        // Ends the cores in order when the process is told to stop.
        server.setStopAtShutdown(true);
        server.start();
        server.join();
    }
}
