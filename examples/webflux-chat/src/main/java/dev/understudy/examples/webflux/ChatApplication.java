package dev.understudy.examples.webflux;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A chat in the browser, at http://localhost:8080. Without {@code OPENAI_API_KEY} two scripted vendors run inside the
 * application, the first of which breaks off in the middle of each answer.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class ChatApplication {

    /** Starts the application. */
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(ChatApplication.class);
        if (System.getenv("OPENAI_API_KEY") == null) {
            application.setAdditionalProfiles(DemoVendors.PROFILE);
        }
        application.run(arguments);
    }
}
