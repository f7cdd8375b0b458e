// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test
    name: "metricspage"

    Server {
        id: server
        port: 0

        MetricsPage {
            id: page
            port: 0
        }
    }

    function test_pageListensWhileItsServerDoes() {
        compare(page.listening, false);
        server.active = true;
        verify(page.listening);
        verify(page.actualPort > 0);
        let text = "";
        const request = new XMLHttpRequest();
        request.onreadystatechange = () => {
            if (request.readyState === XMLHttpRequest.DONE)
                text = request.responseText;
        };
        request.open("GET", "http://127.0.0.1:" + page.actualPort + "/metrics");
        request.send();
        tryVerify(() => text.includes("qrepod_clients 0"));
        server.active = false;
        compare(page.listening, false);
        compare(page.actualPort, 0);
    }
}
