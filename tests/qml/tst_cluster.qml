// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QRepod

TestCase {
    id: test
    name: "cluster"

    Server {
        id: firstServer
        port: 0
        onChannelConnected: channel => first.setUser(channel, "anna", {level: 3})

        Cluster {
            id: first
            engine: "memory://qml"
        }
    }

    Server {
        id: secondServer
        port: 0

        Cluster {
            id: second
            engine: "memory://qml"
        }
    }

    ConnectionListener {
        id: client
        property string heard

        function network_hello(text: string) {
            heard = text;
        }
    }

    SignalSpy {
        id: lostSpy
        target: first
        signalName: "nodeLost"
    }

    function init() {
        firstServer.active = true;
        secondServer.active = true;
        tryVerify(() => first.nodes.length === 2 && second.nodes.length === 2);
    }

    function cleanup() {
        client.close();
        client.heard = "";
        firstServer.active = false;
        secondServer.active = false;
        lostSpy.clear();
    }

    function test_aNodeIsThereWhileItsServerListens() {
        verify(first.online);
        compare(first.nodes, [first.nodeId, second.nodeId]);
        compare(first.errorString, "");
        secondServer.active = false;
        compare(second.online, false);
        tryCompare(lostSpy, "count", 1);
        compare(first.nodes, [first.nodeId]);
    }

    function test_usersAreReachedFromEveryNode() {
        client.connect("127.0.0.1", firstServer.actualPort);
        tryVerify(() => second.users.rowCount() === 1);
        compare(second.users.data(second.users.index(0, 0)), "anna");
        second.sendTo("anna", "hello", {text: "from the other"});
        tryCompare(client, "heard", "from the other");
    }

    function test_aRoomHasOneNode() {
        const address = "127.0.0.1:" + firstServer.actualPort;
        let here, there;
        first.openRoom("arena").then(found => here = found);
        tryVerify(() => here === address);
        second.openRoom("arena").then(found => there = found);
        tryVerify(() => there === address);
    }

    function test_anEngineThatIsNoneIsAnError() {
        second.engine = "http://localhost";
        tryVerify(() => second.errorString !== "");
        compare(second.online, false);
        second.engine = "memory://qml";
        tryVerify(() => second.online);
    }
}
