module qw-lambda.test/clients

go 1.23

require (
	github.com/elastic/go-elasticsearch/v8 v8.19.7
	github.com/olivere/elastic/v7 v7.0.32
)
