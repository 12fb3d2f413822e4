package dev.understudy.examples.springai;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Chat over HTTP: {@code curl -N "localhost:8080/chat?conversation=1&question=Weather+in+Ulm"}. With {@code OPENAI_API_KEY} and {@code
 * ANTHROPIC_API_KEY} it calls these vendors; without them two scripted servers answer, and the first dies in the middle of
 * each answer.
 */
@SpringBootApplication
class SpringAiChat {

    public static void main(String[] args) {
        run(System.getenv(), args);
    }

    static org.springframework.context.ConfigurableApplicationContext run(
            Map<String, String> environment, String... args) {
        SpringApplication application = new SpringApplication(SpringAiChat.class);
        boolean keys = environment.containsKey("OPENAI_API_KEY") && environment.containsKey("ANTHROPIC_API_KEY");
        if (!keys) {
            DemoVendors vendors = DemoVendors.start();
            application.setDefaultProperties(vendors.properties());
            application.addInitializers(context -> context.getBeanFactory().registerSingleton("demoVendors", vendors));
        }
        return application.run(args);
    }
}
