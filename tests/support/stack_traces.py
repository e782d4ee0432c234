"""Stack traces as each language prints them."""

PYTHON = """Traceback (most recent call last):
  File "/srv/app/db/pool.py", line 31, in connect
    raise OSError("no route")
    ^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/socket.py", line 851, in create_connection
    raise exceptions[0]
ConnectionRefusedError: [Errno 111] Connection refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/orders/service.py", line 9, in place
    connect()
  File "/srv/app/orders/service.py", line 12, in retry
    retry()
  [Previous line repeated 996 more times]
orders.errors.PlaceError: cannot place
"""


JAVA = """2026-01-01 ERROR [main] c.a.Foo - failed
javax.servlet.ServletException: Something bad
    at com.example.myproject.OpenSessionInViewFilter.doFilter(OpenSessionInViewFilter.java:60)
    at org.mortbay.jetty.servlet.ServletHandler$CachedChain.doFilter(ServletHandler.java:1157)
    at java.base/java.lang.Thread.run(Thread.java:834)
	Suppressed: java.lang.Exception: close
		at com.example.Resource.close(Resource.java:26)
		... 2 more
Caused by: com.example.myproject.MyProjectServletException
    at com.example.myproject.MyServlet.lambda$doPost$0(MyServlet.java:169)
    at com.example.myproject.Service$$EnhancerBySpringCGLIB$$ab12.run(<generated>)
    at com.sun.proxy.$Proxy12.save(Unknown Source)
    ... 2 more
Caused by: java.sql.SQLException: violation: "x"
    at org.postgresql.Driver.go(Driver.java:1) ~[pg.jar:42]
    ... 4 more
"""


NODE = """Uncaught TypeError: Cannot read properties of undefined (reading 'x')
    at Object.total [as sum] (/srv/web/src/cart.js:10:5)
    at async Promise.all (index 0)
    at new Basket (file:///srv/web/static/main.3f2a1b9c.chunk.js:1:2)
    at Layer.handle (/srv/web/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
"""


NODE_WITH_CAUSE = (
    NODE
    + """  [cause]: RangeError: inner
      at deep (/srv/web/src/deep.js:10:5) {
    code: 'E'
  }
"""
)


FIREFOX = """TypeError: x is undefined
total@https://example.com/js/cart.js?v=12:10:5
render/<@https://example.com/js/page.js:20:7
@https://example.com/js/page.js:30:1
"""


GO = """panic: runtime error: index out of range [5] with length 3 [recovered]
	panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
panic({0x45e320, 0xc0000b4000})
	/usr/local/go/src/runtime/panic.go:884 +0x213
main.(*Shop).total(0xc000012345, {0x1, 0x2})
	/srv/shop/main.go:10 +0x1d
github.com/acme/shop/orders.Map[...](...)
	/srv/shop/orders/map.go:3
main.main.func1()
	/srv/shop/main.go:20 +0x1d
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb

goroutine 7 [chan receive]:
main.other()
	/srv/shop/main.go:99
exit status 2
"""


DOTNET = """Unhandled exception. System.InvalidOperationException: outer
 ---> System.ArgumentNullException: Value cannot be null. (Parameter 'x')
   at MyApp.Cart.Total(String s) in C:\\src\\Cart.cs:line 10
   at MyApp.Cart.<LoadAsync>d__3.MoveNext()
--- End of stack trace from previous location ---
   at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)
   at MyApp.Cart.<>c__DisplayClass1_0.<Run>b__0(Int32 x)
   at MyApp.Cart.<Bar>g__Local|0_0()
   --- End of inner exception stack trace ---
   at MyApp.Outer`1.Run[T](T x)
   at MyApp.Outer..ctor()
"""


RUBY = """app/models/basket.rb:3:in `rescue in total': outer (Basket::OuterError)
	from app/models/basket.rb:1:in `block (2 levels) in baz'
	from /usr/lib/ruby/3.3/gems/rack/handler.rb:1:in `call'
app/models/item.rb:2:in 'Item#price': undefined method 'x' for nil (NoMethodError)
	from app/models/basket.rb:1:in `total'
"""
