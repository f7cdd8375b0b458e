// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test
    name: "websocket"

    property var said: []

    Server {
        id: server
        port: 0

        function network_say(channel, text: string) {
            test.said.push(text);
            channel.send("said", {text});
        }

        WebSocketGate {
            id: gate
            port: 0
            allowedOrigins: ["https://game.example"]
        }
    }

    ConnectionListener {
        id: client
        property string heard
        onConnected: send("say", {text: "hello"})

        function network_said(text: string, action: string) {
            heard = text;
        }
    }

    SignalSpy {
        id: urlSpy
        target: client
        signalName: "urlChanged"
    }

    function cleanup() {
        client.close();
        server.active = false;
        client.heard = "";
        said = [];
    }

    function test_gateListensWhileItsServerDoes() {
        compare(gate.listening, false);
        compare(gate.actualPort, 0);
        server.active = true;
        verify(gate.listening);
        verify(gate.actualPort > 0);
        verify(gate.actualPort !== server.actualPort);
        server.active = false;
        compare(gate.listening, false);
    }

    function test_urlIsConnectedTo() {
        server.active = true;
        client.url = "ws://127.0.0.1:" + gate.actualPort + "/play";
        compare(urlSpy.count, 1);
        client.active = true;
        tryCompare(client, "heard", "hello");
        compare(said, ["hello"]);
        client.close();
        client.heard = "";
        client.connect("127.0.0.1", server.actualPort);
        compare(String(client.url), "");
        tryCompare(client, "heard", "hello");
    }
}
