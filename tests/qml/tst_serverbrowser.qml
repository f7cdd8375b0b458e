// SPDX-License-Identifier: MIT
import QRepod
import QtQuick
import QtTest

TestCase {
    id: test
    name: "ServerBrowser"

    Server {
        id: server
        port: 0
        announcePort: 0
        active: true
    }

    ServerBrowser {
        id: browser
        interval: 100
    }

    Instantiator {
        id: list
        model: browser
        delegate: QtObject {
            required property string title
            required property string address
            required property var data
            required property int roundTripTime
        }
    }

    function test_aServerThatIsAnnouncedIsListed() {
        verify(server.announce("Anna's game", {players: 3}));
        verify(!browser.running);
        browser.port = server.announcePort;
        browser.running = true;
        tryCompare(browser, "count", 1, 60000);
        tryCompare(list, "count", 1);
        const item = list.objectAt(0);
        compare(item.title, "Anna's game");
        compare(item.address, "127.0.0.1:" + server.actualPort);
        compare(item.data.players, 3);
        verify(item.roundTripTime >= 0);
        server.stopAnnouncing();
        tryCompare(browser, "count", 0, 60000);
    }
}
